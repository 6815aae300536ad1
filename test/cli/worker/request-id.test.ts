/** Whatever the worker refuses, the error names the id under which the worker logged the request. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, it, vi } from 'vitest'
import { makeCsr } from '../../support/csr.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'
import { refusal, REQUEST_ID, startStubWorker } from '../support/stub-worker.ts'

beforeEach(() => {
  // A proxy of the machine must not stand between the test and its own server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

it.for([
  'health --key c.secret.yaml',
  'sign --key c.secret.yaml --csr web.csr',
  'certificates list --key a.admin.key',
  'certificates show 01 --key a.admin.key',
  'certificates export --key a.admin.key',
  'certificates refusals --key a.admin.key',
  'certificates metrics --key a.admin.key',
])('%s', async (command, { expect, ...context }) => {
  const cwd = await temporaryFolder(context)
  const worker = await startStubWorker(refusal('credentials_rejected'), cwd, context)
  await writeFile(join(cwd, 'web.csr'), makeCsr())
  await runCli('client create c --unrestricted', { cwd })
  await runCli('admin create a', { cwd })
  const { exitCode, stderr } = await runCli(
    `${command} --url ${worker.url} --ca-file ${worker.rootsFile}`,
    { cwd },
  )
  expect(exitCode).toBe(5)
  expect(stderr).toContain(`; request id ${REQUEST_ID}`)
})
