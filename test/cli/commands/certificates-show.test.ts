import { beforeEach, describe, it, vi } from 'vitest'
import { aRecord, aSummary, good, setUp } from '../support/admin-harness.ts'
import { refusal } from '../support/stub-worker.ts'

const { clamped, chain, ca, ignored, warnings } = aRecord()
const DETAIL = { ...aSummary(), clamped, chain, ca, ignored, warnings }

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

describe('certificates show', () => {
  it('shows one certificate, however its serial number is written', async ({
    expect,
    ...context
  }) => {
    const subjectAltNames = ['DNS:web.acme.internal', 'DNS:\u{7}bell']
    const harness = await setUp(good({ ...DETAIL, subjectAltNames, clamped: 'issuer' }), context)
    expect(await harness.certificates('show 4F:00:01')).toEqual({
      exitCode: 0,
      stdout: `serial    4f0001
subject   CN=web
name      DNS:web.acme.internal
name      DNS:\\u{7}bell
valid     2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z, limited by the issuer
issued    2026-01-01T00:01:00Z
issuer    default
client    cluster-1
profile   default
uid       uid-1
`,
      stderr: '',
    })
    expect(harness.asked()).toEqual(['/v1/admin/certificates/4f0001'])
  })

  it('shows who asked, where the worker says so', async ({ expect, ...context }) => {
    const requester = {
      kind: 'CertificateRequest',
      namespace: 'shop',
      name: 'web-1',
      username: 'system:serviceaccount:cert-manager:cert-manager\u{7}',
      groups: ['system:authenticated'],
    }
    const harness = await setUp(good({ ...DETAIL, requester }), context)
    const { stdout } = await harness.certificates('show 4f0001')
    expect(stdout).toContain(`uid-1
request   CertificateRequest shop/web-1
requester system:serviceaccount:cert-manager:cert-manager\\u{7}
group     system:authenticated
`)
  })

  it('asks one ledger, for an issuer that the configuration has no more', async ({
    expect,
    ...context
  }) => {
    const harness = await setUp(good(DETAIL), context)
    await harness.certificates('show 4f0001 --issuer old --client cluster-1')
    expect(harness.asked()).toEqual(['/v1/admin/certificates/4f0001?issuer=old&client=cluster-1'])
  })

  it('shows what is not certified and what verifiers may refuse', async ({
    expect,
    ...context
  }) => {
    const noted = { ...DETAIL, ignored: ['template\u{7}'], warnings: ['add a DNS name'] }
    const harness = await setUp(good(noted), context)
    const { stdout } = await harness.certificates('show 4f0001')
    expect(stdout).toMatch(/uid-1\nignored   template\\u\{7\}\nwarning   add a DNS name\n$/)
  })

  it('shows the certificate of a worker of protocol 1.0', async ({ expect, ...context }) => {
    const harness = await setUp(good({ ...aSummary(), clamped, chain, ca }), context)
    const { stdout } = await harness.certificates('show 4f0001 --json')
    expect(JSON.parse(stdout)).toEqual(DETAIL)
  })

  it('--pem prints the chain alone', async ({ expect, ...context }) => {
    const harness = await setUp(good(DETAIL), context)
    expect(await harness.certificates('show 4f0001 --pem')).toEqual({
      exitCode: 0,
      stdout: chain,
      stderr: '',
    })
  })

  it('--json prints the whole answer', async ({ expect, ...context }) => {
    const harness = await setUp(good(DETAIL), context)
    const { stdout } = await harness.certificates('show 4f0001 --json')
    expect(JSON.parse(stdout)).toEqual(DETAIL)
  })

  it('exits 3 for a certificate that the worker does not know', async ({ expect, ...context }) => {
    const harness = await setUp(refusal('certificate_unknown'), context)
    const { exitCode, stdout, stderr } = await harness.certificates('show 4f0001')
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
    expect(stderr).toContain('(certificate_unknown)')
  })

  it.for([
    ['show', 'SERIAL: a value is required'],
    ['show ../../issuers/default', 'SERIAL: invalid value "../../issuers/default": must be'],
    ['show 4f01 --pem --json', '--pem excludes --json'],
  ] as const)('refuses "%s"', async ([args, message], { expect, ...context }) => {
    const harness = await setUp(good(DETAIL), context)
    const { exitCode, stderr } = await harness.certificates(args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(harness.asked()).toEqual([])
  })
})
