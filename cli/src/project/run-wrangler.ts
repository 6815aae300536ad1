import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
/**
 * Runs the wrangler of a project.
 *
 * @module
 */
import { installedPath } from '../files/installed-path.ts'
import type { Io } from '../terminal/io.ts'
import { notInstalled } from './check-versions.ts'
import type { Project } from './open-project.ts'
import { BUNDLE_ONLY } from './wrangler-build.ts'

/** Characters of wrangler's errors that are searched for a known reason; the reason comes last. */
const MAX_ERROR_CHARACTERS = 65_536

/** Reasons for which wrangler's own message does not say what to do. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /CLOUDFLARE_API_TOKEN environment variable|not authenticated|wrangler login|Authentication error|code: 10000/i,
    'wrangler is not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID',
  ],
  [
    /fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network (?:error|issue)/i,
    "Cloudflare's API (api.cloudflare.com) cannot be reached; check the network, and HTTPS_PROXY if there is a proxy",
  ],
  [/more than one account/i, 'the login has more than one account; set CLOUDFLARE_ACCOUNT_ID'],
]

/**
 * Runs `wrangler deploy` in the folder of a project that was checked. Its output goes to the terminal.
 *
 * @returns An error that says what to do if wrangler fails.
 */
export async function runWranglerDeploy(
  project: Project,
  args: readonly string[],
  io: Io,
): Promise<Result<void, string>> {
  const packagePath = installedPath(project.folder, 'wrangler/package.json')
  if (packagePath === undefined) return err(notInstalled('wrangler', project))
  const child = spawn(
    process.execPath,
    [join(dirname(packagePath), 'bin/wrangler.js'), 'deploy', ...args],
    {
      cwd: project.folder,
      env: { ...io.env, [BUNDLE_ONLY]: '1' },
      stdio: ['inherit', io.isTerminal ? 'inherit' : 'pipe', 'pipe'],
    },
  )
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    io.stdout(chunk.toString())
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString()
    io.stderr(text)
    errors = (errors + text).slice(-MAX_ERROR_CHARACTERS)
  })
  const [code, signal]: unknown[] = await once(child, 'close')
  if (code === 0) return ok(undefined)
  const end = typeof code === 'number' ? `with exit code ${String(code)}` : `by ${String(signal)}`
  const reason = REASONS.find(([pattern]) => pattern.test(errors))?.[1]
  return err(
    `wrangler deploy ended ${end}; ${reason ?? 'the message of wrangler is above'}. Nothing was deployed unless wrangler says so`,
  )
}
