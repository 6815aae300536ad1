/** The ceremony as the document has it, block by block, in one shell. */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { it } from 'vitest'
import { z } from 'zod'
import { VERSION } from '../../cli/src/version.ts'
import { temporaryFolder } from '../cli/support/run-cli.ts'
import { startShell } from '../support/shell-session.ts'
import { readMarkdown, ROOT } from './support/markdown.ts'

const MEDIA = ['MEDIUM_1', 'MEDIUM_2', 'MEDIUM_3'] as const

it('makes a CA whose root key is on two media only, and renews it from one of them', async ({
  expect,
  ...context
}) => {
  const folder = await temporaryFolder(context)
  const media = Object.fromEntries(MEDIA.map((name) => [name, join(folder, name)]))
  for (const path of Object.values(media)) await mkdir(path)
  const shell = startShell({
    cwd: folder,
    env: {
      ...process.env,
      ...media,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    },
    directory: folder,
  })
  context.onTestFinished(async () => shell.end())
  const { blocks } = await readMarkdown('docs/ca-ceremony.md')
  const steps = blocks.filter(({ info }) => info === 'sh')
  const printed: string[] = []
  for (const { text } of steps) printed.push(await shell.run(text))

  expect(steps).toHaveLength(blocks.length - 1)
  const looked = printed[1] ?? ''
  expect(looked).toMatch(/X509v3 Name Constraints: critical\s+Permitted:\s+DNS:acme\.internal/)
  expect(looked).toMatch(/CA:TRUE, pathlen:0/)
  expect(looked).toContain('acme-ca/chain.pem: OK')
  expect(printed.at(-1)).toContain('acme-ca-2/chain.pem: OK')
  const left = await readdir(join(folder, 'acme-ca'), { recursive: true })
  expect(left.toSorted()).toEqual(['chain.pem', 'issuing', 'issuing/ca.key', 'root.pem'])
  expect(await readdir(join(folder, 'MEDIUM_1'), { recursive: true })).toContain('root/ca.key')
})

it('takes a signed release of the Node that everything is tested with', async ({ expect }) => {
  const { blocks } = await readMarkdown('docs/ca-ceremony.md')
  const others = blocks.filter(({ info }) => info !== 'sh')
  expect(others.map(({ info }) => info)).toEqual(['bash'])
  const text = others.map((block) => block.text).join('')
  const { devDependencies } = z
    .object({ devDependencies: z.object({ node: z.string() }) })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')))
  expect(text).toContain(`version=v${devDependencies.node}\n`)
  const release = 'https://github.com/edge-issuer/edge-issuer/releases/download'
  expect(text).toContain(`${release}/v${VERSION}/edge-issuer-${VERSION}.tgz\n`)
  expect(text).toContain(`--source-ref refs/tags/v${VERSION}\n`)
  expect(text).toMatch(/gpgv --keyring [^]*sha256sum --check [^]*gh attestation verify /)
  const syntax = { command: 'bash', args: ['-n'], env: process.env, stdin: text }
  expect(await runCommand(syntax)).toEqual({ code: 0, stdout: '', stderr: '' })
})
