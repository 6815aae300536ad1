import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { exposureWarnings } from '../../../cli/src/server/exposed-files.ts'
import { recordedIo } from '../support/run-cli.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-exposed-'))
  await chmod(directory, 0o755)
  await mkdir(join(directory, 'secrets'), { mode: 0o755 })
  await writeFile(join(directory, 'secrets/CA_KEY'), 'a', { mode: 0o644 })
  await writeFile(join(directory, 'secrets/METRICS_TOKEN'), 'a', { mode: 0o640 })
  await writeFile(join(directory, 'secrets/notes.txt'), 'a', { mode: 0o644 })
  await writeFile(join(directory, 'tls.key'), 'a', { mode: 0o644 })
})
afterEach(async () => rm(directory, { recursive: true }))

const PATHS = { dir: '.', secrets: 'secrets', tls: { cert: 'tls.crt', key: 'tls.key' } }

const warnings = async (env = {}): Promise<readonly string[]> =>
  exposureWarnings(PATHS, recordedIo({ cwd: directory, env }).io)

it('secrets and a TLS key that others can read are named', async ({ expect }) => {
  expect(await warnings()).toEqual([
    'every user of this machine can read "secrets/CA_KEY", "tls.key"; make it private with: chmod o-rwx secrets/CA_KEY tls.key',
  ])
})

it('a folder that others cannot pass through protects its files', async ({ expect }) => {
  await chmod(join(directory, 'secrets'), 0o750)
  expect(await warnings()).toEqual([expect.stringMatching(/can read "tls\.key";/)])
  await chmod(directory, 0o700)
  expect(await warnings()).toEqual([])
})

it('a volume of a Pod has no other users', async ({ expect }) => {
  expect(await warnings({ KUBERNETES_SERVICE_HOST: '10.96.0.1' })).toEqual([])
})
