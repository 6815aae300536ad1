/**
 * SIGKILL to a worker that `edge-issuer worker serve` runs, repeatedly, at random moments under load: to the whole
 * process group, to the command alone, whose process of workerd then runs on until the next start, and to workerd
 * alone. A certificate that a client received is in the ledger and does not change; a request without a response
 * gets one certificate.
 *
 * `CRASH_SEED` repeats the moments of an earlier run.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildrenInSessions } from '@edge-issuer/testbed/processes/child-guard'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  SERVED_PATHS,
  type ServedWorker,
  startNewServed,
  startServed,
} from '@edge-issuer/testbed/worker/served-worker'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { it } from 'vitest'
import { createSignerClient } from '../../relay/src/public/signer.ts'
import { readLedgerFiles } from '../support/ledger-files.ts'
import { killRounds } from './kill-rounds.ts'

const CA_KEY = 'P-256'

/** What is killed, in turn. */
const VICTIMS = ['group', 'command', 'workerd'] as const

it('no issued certificate is lost or changed, and no uid has two', async ({ expect }) => {
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
  // Each server leads a group, which can be killed as a whole.
  startChildrenInSessions()
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-kill-'))
  const [port = 0] = await freePorts(1)
  const tls = await createLoopbackTls()
  const setup = makeSignerSetup([CA_KEY])
  const config = setup.config(`https://127.0.0.1:${String(port)}`)
  const files = { directory, config, secrets: setup.secrets, tls: tls.server }
  let worker = await startNewServed(files, { port })
  const client = createSignerClient({
    url: worker.url,
    privateKeyPem: setup.client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!client.ok) throw new Error(client.error)
  const { certificates, onTheirWay, differences } = await killRounds(
    {
      client: client.value,
      issuer: issuerName(CA_KEY),
      kill9: async (round) => kill9(worker, VICTIMS[round % VICTIMS.length] ?? 'group'),
      restart: async () => {
        worker = await startServed({ directory, port })
      },
    },
    { rounds: 20, seed },
  )
  await client.value.close()
  expect(await worker.stop()).toBe(0)

  expect(differences, `seed ${String(seed)}`).toEqual([])
  expect(onTheirWay, 'requests on their way when the worker was killed').toBeGreaterThan(0)
  const rows = await readLedgerFiles(join(directory, SERVED_PATHS.data, 'ledger'))
  expect(rows.length, `seed ${String(seed)}`).toBe(certificates.size)
  expect(new Map(rows.map(({ uid, certificate }) => [uid, certificate]))).toEqual(certificates)
  expect(new Set(certificates.values()).size).toBe(certificates.size)
  await rm(directory, { recursive: true })
})

/** SIGKILL. Resolves when the command has ended. */
async function kill9(worker: ServedWorker, victim: (typeof VICTIMS)[number]): Promise<void> {
  const command = worker.process.pid
  const workerd = await worker.workerdPid()
  if (workerd === undefined) throw new Error('workerd does not run')
  process.kill({ group: -command, command, workerd }[victim], 'SIGKILL')
  const { code } = await worker.process.ended
  if (victim === 'workerd' && code !== 1) throw new Error(`the command ended with ${String(code)}`)
}
