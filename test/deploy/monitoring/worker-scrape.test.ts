/**
 * The worker's metrics, as Prometheus' own code reads them from the running worker.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { METRICS_PATH } from '@edge-issuer/shared'
import { keyIdOf, signedPost } from '@edge-issuer/testbed/worker/signed-request'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { startLocalWorker } from '@edge-issuer/testbed/worker/workerd'
import { it, vi } from 'vitest'
import { aSignRequest } from '../../signer-worker/support/sign-request.ts'
import { readMetrics } from './query-checker.ts'

const PUBLIC_URL = 'https://ca.example.com'
const TOKEN = 't'.repeat(32)

it("Prometheus reads the worker's metrics with a bearer token", async ({
  expect,
  onTestFinished,
}) => {
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-scrape-'))
  const setup = makeSignerSetup(['P-256'])
  const worker = await startLocalWorker({
    directory,
    config: () => setup.config(PUBLIC_URL),
    secrets: { ...setup.secrets, METRICS_TOKEN: TOKEN },
  })
  onTestFinished(async () => {
    await worker.stop()
    await rm(directory, { recursive: true })
  })
  const client = { key: setup.client, keyId: keyIdOf(setup.client), publicUrl: PUBLIC_URL }
  const { path, ...post } = signedPost(client, issuerName('P-256'), aSignRequest())
  expect((await fetch(worker.url + path, post)).status).toBe(201)
  const { path: refusedPath, ...refused } = signedPost(
    client,
    issuerName('P-256'),
    aSignRequest({ usages: ['teleportation'] }),
  )
  expect((await fetch(worker.url + refusedPath, refused)).status).toBe(422)

  const headers = { authorization: `Bearer ${TOKEN}` }
  const scrape = async (search: string): Promise<string> =>
    (await fetch(worker.url + METRICS_PATH + search, { headers })).text()
  // The index has it after a second, and an isolate answers with the same text for five.
  await vi.waitFor(
    async () => {
      expect(await scrape('')).toMatch(/^edge_issuer_certificates_issued_total\{.*\} 1$/m)
    },
    { timeout: 60_000, interval: 500 },
  )
  expect(await readMetrics(await scrape(''))).toEqual({
    edge_issuer_index_up: ['issuer'],
    edge_issuer_index_lag_seconds: ['issuer'],
    edge_issuer_index_size_bytes: ['issuer'],
    edge_issuer_ledgers: ['issuer'],
    edge_issuer_largest_ledger_size_bytes: ['issuer'],
    edge_issuer_certificates_issued_total: ['issuer'],
    edge_issuer_certificates_replayed_total: ['issuer'],
    edge_issuer_requests_refused_total: ['code', 'issuer'],
    edge_issuer_ca_not_after_timestamp_seconds: ['issuer', 'serial_number', 'state'],
  })
  expect(await readMetrics(await scrape('?by=client'))).toMatchObject({
    edge_issuer_certificates_issued_total: ['client', 'issuer'],
  })
  expect((await fetch(worker.url + METRICS_PATH)).status).toBe(401)
})
