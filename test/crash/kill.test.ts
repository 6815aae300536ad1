/**
 * SIGKILL to the worker, repeatedly, at random moments under load. A certificate that a client received
 * is in the ledger and does not change; a request without a response gets one certificate.
 *
 * `CRASH_SEED` repeats the moments of an earlier run.
 *
 * @module
 */
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import { it } from 'vitest'
import { createSignerClient } from '../../relay/src/public/signer.ts'
import { killRounds } from './kill-rounds.ts'
import { ISSUER, startSignerBench } from './signer-harness.ts'

it('no issued certificate is lost or changed, and no uid has two', async ({ expect }) => {
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
  const tls = await createLoopbackTls()
  await using bench = await startSignerBench({ tls: tls.server })
  const client = createSignerClient({
    url: bench.worker.url,
    privateKeyPem: bench.setup.client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!client.ok) throw new Error(client.error)
  const { certificates, onTheirWay, differences } = await killRounds(
    {
      client: client.value,
      issuer: ISSUER,
      kill9: async () => bench.worker.kill9(),
      restart: async () => bench.worker.restart(),
    },
    { rounds: 20, seed },
  )
  await client.value.close()

  expect(differences, `seed ${String(seed)}`).toEqual([])
  expect(onTheirWay, 'requests on their way when the worker was killed').toBeGreaterThan(0)
  const rows = await bench.stopAndReadLedger()
  expect(rows.length, `seed ${String(seed)}`).toBe(certificates.size)
  expect(new Map(rows.map(({ uid, certificate }) => [uid, certificate]))).toEqual(certificates)
  expect(new Set(certificates.values()).size).toBe(certificates.size)
})
