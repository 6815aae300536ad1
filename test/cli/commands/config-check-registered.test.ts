import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it, type TestContext } from 'vitest'
import { setUp as setUpAdmin } from '../support/admin-harness.ts'
import { aClientRecord, anEntry } from '../support/client-entries.ts'
import { INIT, NOW_MS, setUp as setUpConfig } from '../support/config-harness.ts'
import { type Outcome, runCli } from '../support/run-cli.ts'
import { stubDirectory } from '../support/stub-directory.ts'

const clients = [
  aClientRecord('fits', anEntry()),
  aClientRecord('issuer-gone', anEntry({ issuers: ['default', 'old'] })),
  aClientRecord('profile-gone', anEntry({ profiles: ['default', 'web'] })),
]

/** Runs `config check` beside a worker that has the clients. */
async function check(
  flags: string,
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<Outcome & { readonly requests: number }> {
  const { cwd, worker } = await setUpAdmin(stubDirectory({ clients }), context)
  const { config } = await setUpConfig(context)
  await writeFile(join(cwd, 's.json'), (await config(INIT)).stdout)
  const key = `--key a.admin.key --ca-file ${worker.rootsFile}`
  const args = `config check s.json ${flags.replace('URL', `${worker.url} ${key}`)}`
  const outcome = await runCli(args.trim(), { cwd, nowMs: NOW_MS })
  return { ...outcome, requests: worker.seen.length }
}

it('warns about registered clients that would lose an issuer or a profile', async ({
  expect,
  ...context
}) => {
  const { exitCode, stderr } = await check('--url URL', context)
  expect(exitCode).toBe(0)
  expect(stderr).toContain(`warning: /clients/issuer-gone/issuers/1: there is no issuer "old"
warning: /clients/profile-gone/profiles/1: there is no profile "web"
`)
  expect(stderr).not.toContain('/clients/fits')
})

it('asks no worker without --url and --context', async ({ expect, ...context }) => {
  expect(await check('', context)).toMatchObject({ exitCode: 0, requests: 0 })
})

it('says that a worker cannot be asked', async ({ expect, ...context }) => {
  const { exitCode, stderr } = await check('--url https://127.0.0.1:1', context)
  expect(exitCode).not.toBe(0)
  expect(stderr).toContain('--key')
})
