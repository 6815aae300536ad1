import {
  ADMIN_METRICS_PATH,
  ADMIN_REFUSALS_PATH,
  METRICS_CONTENT_TYPE,
  refusalsPageSchema,
} from '@edge-issuer/shared'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { renderMetrics } from '../../../../../signer-worker/src/http/routes/admin/prometheus.ts'
import { type Replacements, send } from '../../../support/app.ts'
import { adminKeyOf, keyOf } from '../../../support/fixture.ts'
import { aCsr, aSignRequest } from '../../../support/sign-request.ts'
import { get, post } from '../../../support/signed.ts'

async function scrape(bindings: Replacements['bindings'] = {}): Promise<string> {
  const request = get({ key: adminKeyOf('read'), path: ADMIN_METRICS_PATH })
  const { headers, body } = await send(request, { bindings })
  expect(headers.get('content-type')).toBe(METRICS_CONTENT_TYPE)
  return String(body)
}

const LABELS = 'issuer="default",client="measured",shard="0"'

it('what the ledgers count is there in the Prometheus text format', async () => {
  const key = keyOf('measured')
  const request = aSignRequest({ csr: aCsr('a.allowed.example') })
  await send(post(request, { key }))
  await send(post(request, { key }))
  await send(post(aSignRequest(), { key }))
  const text = await scrape()
  const lines = text.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE edge_issuer_certificates_issued_total counter',
      `edge_issuer_certificates_issued_total{${LABELS}} 1`,
      `edge_issuer_certificates_replayed_total{${LABELS}} 1`,
      `edge_issuer_requests_refused_total{${LABELS},code="name_not_allowed"} 1`,
    ]),
  )
  expect(text).toMatch(/^edge_issuer_ledger_size_bytes\{.*client="measured",shard="0"\} \d+$/m)
  expect(text).toMatch(/^edge_issuer_ca_not_after_timestamp_seconds\{issuer="default",.*\} \d+$/m)
  expect(text).toMatch(/^edge_issuer_schema_version\{class="Ledger"\} [1-9]\d*$/m)
  // One comment or one sample a line, and a newline at the end.
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z_]+="[^"]*",?)+\} \d+)$/)
  }
  expect(lines.at(-1)).toBe('')
})

it('a ledger that does not respond is reported, and hides no other', async () => {
  await send(post(aSignRequest(), { key: keyOf('cluster-1') }))
  const text = await scrape({ LEDGER: { getByName: allButMeasured } })
  expect(text).toContain(`edge_issuer_ledger_up{${LABELS}} 0\n`)
  expect(text).not.toContain(`edge_issuer_certificates_issued_total{${LABELS}}`)
  expect(text).toContain('edge_issuer_ledger_up{issuer="default",client="cluster-1",shard="0"} 1\n')
})

function allButMeasured(name: string): unknown {
  if (name.includes(':measured:')) throw new Error('gone')
  return env.LEDGER.getByName(name)
}

it('a label that would end its quotes is escaped', () => {
  const samples = [{ labels: { a: 'x"y\\' }, value: 1.5 }]
  expect(renderMetrics([{ name: 'm', type: 'gauge', help: 'h', samples }])).toBe(
    String.raw`# HELP m h
# TYPE m gauge
m{a="x\"y\\"} 1.5
`,
  )
})

it('requests that were refused are listed with every reason, for an admin', async () => {
  const request = aSignRequest({ usages: ['teleportation'], csr: aCsr('b.elsewhere.example') })
  await send(post(request, { key: keyOf('measured') }))
  const path = `${ADMIN_REFUSALS_PATH}?client=measured&limit=500`
  const { body } = await send(get({ key: adminKeyOf('admin'), path }))
  const { refusals } = z.strictObject(refusalsPageSchema.shape).parse(body)
  expect(refusals.at(-1)).toEqual({
    issuer: 'default',
    client: 'measured',
    at: expect.any(String),
    uid: request.origin.uid,
    namespace: 'web',
    name: 'a-1',
    code: 'usage_unknown',
    detail: expect.stringMatching(/teleportation.*; .*b\.elsewhere\.example/),
  })
  const reader = await send(get({ key: adminKeyOf('read'), path }))
  expect(reader.status).toBe(403)
})
