/** What is said about a wrangler that fails, with a program in its place. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { runWranglerDeploy } from '../../../cli/src/project/run-wrangler.ts'
import { recordedIo, temporaryFolder } from '../support/run-cli.ts'

describe('wrangler that fails', () => {
  it.for([
    [
      "Unable to resolve Cloudflare's API hostname (api.cloudflare.com or dash.cloudflare.com).",
      'HTTPS_PROXY',
    ],
    ['fetch failed', 'HTTPS_PROXY'],
    ['You are not authenticated.', 'npx wrangler login'],
    ['More than one account available', 'CLOUDFLARE_ACCOUNT_ID'],
    ['some error', 'the message of wrangler is above'],
  ] as const)('with "%s" hints at %s', async ([message, hint], { expect, ...context }) => {
    const folder = await temporaryFolder(context)
    const wrangler = join(folder, 'node_modules/wrangler')
    await mkdir(join(wrangler, 'bin'), { recursive: true })
    await writeFile(join(wrangler, 'package.json'), '{ "name": "wrangler" }')
    const program = `console.error(${JSON.stringify(message)}); process.exitCode = 1`
    await writeFile(join(wrangler, 'bin/wrangler.js'), program)
    const project = {
      name: '.',
      folder,
      wranglerConfig: join(folder, 'wrangler.jsonc'),
      packageFile: { dependencies: {}, devDependencies: {} },
      isCheckout: false,
    }
    const { io } = recordedIo({ cwd: folder })
    expect(await runWranglerDeploy(project, [], io)).toEqual({
      ok: false,
      error: expect.stringContaining(hint),
    })
  })
})
