/** Whatever is wrong with an answer, the error names the id under which the worker logged the request. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { beforeEach, describe, it, vi } from 'vitest'
import { runCli, temporaryFolder } from '../support/run-cli.ts'
import { refusal, REQUEST_ID, startStubWorker, type StubAnswer } from '../support/stub-worker.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

const ANSWERS: Readonly<Record<string, StubAnswer>> = {
  'a refusal': refusal('credentials_rejected'),
  'a failure': refusal('internal_error'),
  'a 202': { status: 202, body: {} },
  'no JSON': { status: 200, body: 'moo' },
  'another body': { status: 200, body: { hello: 'world' } },
  'an error without a problem document': { status: 500, body: '' },
  'another protocol': { status: 200, headers: { 'edge-issuer-protocol': '9.0' }, body: {} },
  'a body that breaks off': { status: 200, headers: { 'content-length': '100' }, body: 'short' },
}

const COMMANDS = [
  'health --key c.secret.yaml',
  'sign --key c.secret.yaml --csr web.csr',
  'certificates list --key a.admin.key',
  'certificates show 01 --key a.admin.key',
  'certificates export --key a.admin.key',
  'certificates refusals --key a.admin.key',
  'certificates metrics --key a.admin.key',
]

describe.for(Object.entries(ANSWERS))('%s', ([name, answer]) => {
  // Counters are text: any body is one.
  const isText = name === 'no JSON' || name === 'another body'
  const commands = COMMANDS.filter((command) => !isText || !command.includes('metrics'))
  it.for(commands)('%s', async (command, { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const worker = await startStubWorker(answer, cwd, context)
    await writeFile(join(cwd, 'web.csr'), makeCsr())
    await runCli('client create c --unrestricted', { cwd })
    await runCli('admin create a', { cwd })
    const reach = `--url ${worker.url} --ca-file ${worker.rootsFile}`
    const { exitCode, stderr } = await runCli(`${command} ${reach}`, { cwd })
    expect(exitCode).toBeGreaterThan(3)
    expect(stderr).toContain(`; request id ${REQUEST_ID}`)
  })
})
