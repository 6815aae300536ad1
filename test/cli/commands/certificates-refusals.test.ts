import { beforeEach, describe, it, vi } from 'vitest'
import { good, setUp } from '../support/admin-harness.ts'
import { refusal } from '../support/stub-worker.ts'

const REFUSED = {
  issuer: 'default',
  client: 'cluster-1',
  at: '2026-01-01T00:00:00Z',
  uid: 'u-1',
  namespace: 'shop',
  name: 'web-1',
  code: 'names_not_allowed',
  detail: 'DNS name "evil.example" is not allowed',
}

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

describe('certificates refusals', () => {
  it('shows who was refused what, and why', async ({ expect, ...context }) => {
    const signingRequest = { ...REFUSED, namespace: '', name: 'csr-1', detail: 'no\u{1b}[31m' }
    const harness = await setUp(good({ refusals: [REFUSED, signingRequest], next: null }), context)
    expect(await harness.certificates('refusals --client cluster-1 --limit 2')).toEqual({
      exitCode: 0,
      stdout: `REFUSED               ISSUER   CLIENT     REQUEST     CODE               DETAIL
2026-01-01T00:00:00Z  default  cluster-1  shop/web-1  names_not_allowed  DNS name "evil.example" is not allowed
2026-01-01T00:00:00Z  default  cluster-1  csr-1       names_not_allowed  no\\u{1b}[31m
`,
      stderr: '',
    })
    expect(harness.asked()).toEqual(['/v1/admin/refusals?client=cluster-1&limit=2'])
  })

  it('--json prints them as they are', async ({ expect, ...context }) => {
    const harness = await setUp(good({ refusals: [REFUSED], next: 'more' }), context)
    const { stdout, stderr } = await harness.certificates('refusals --json --limit 1')
    expect(JSON.parse(stdout)).toEqual({ refusals: [REFUSED], next: 'more' })
    expect(stderr).toBe('there may be more refusals: continue with --after more\n')
  })

  it('exits 3 for an admin who may only read', async ({ expect, ...context }) => {
    const harness = await setUp(refusal('role_missing'), context)
    expect((await harness.certificates('refusals')).exitCode).toBe(3)
  })
})

describe('certificates metrics', () => {
  it('prints the text as it is', async ({ expect, ...context }) => {
    const text = '# TYPE edge_issuer_certificates_total counter\nedge_issuer_certificates_total 7\n'
    const harness = await setUp(
      { status: 200, headers: { 'content-type': 'text/plain' }, body: text },
      context,
    )
    expect(await harness.certificates('metrics')).toEqual({ exitCode: 0, stdout: text, stderr: '' })
    expect(harness.asked()).toEqual(['/v1/admin/metrics'])
  })

  it('exits 5 for a key that the worker does not know', async ({ expect, ...context }) => {
    const harness = await setUp(refusal('credentials_rejected'), context)
    const { exitCode, stdout } = await harness.certificates('metrics')
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
  })
})
