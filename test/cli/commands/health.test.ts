import { beforeEach, describe, it, vi } from 'vitest'
import { runCli, temporaryFolder } from '../support/run-cli.ts'
import { refusal, REQUEST_ID, startStubWorker, type StubAnswer } from '../support/stub-worker.ts'

const CA = {
  subject: 'CN=Acme Issuing CA',
  serialNumber: '4f01',
  notAfter: '2028-01-01T00:00:00Z',
  sha256: 'ab'.repeat(32),
}
const HEALTHY = {
  issuer: 'default',
  ca: CA,
  authorities: [{ state: 'active', ...CA }],
  bundle: '-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n',
  chain: '-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n',
  profiles: ['default', 'web'],
  serverTime: '2026-01-01T00:00:00Z',
  protocolVersion: '1.0',
}

const health = async (
  answer: StubAnswer,
  args: string,
  context: Parameters<typeof temporaryFolder>[0],
): Promise<{ exitCode: number; stdout: string; stderr: string; paths: unknown[] }> => {
  const cwd = await temporaryFolder(context)
  const worker = await startStubWorker(answer, cwd, context)
  await runCli('client create c --unrestricted', { cwd })
  const outcome = await runCli(
    `health --url ${worker.url}/prefix/ --key c.secret.yaml --ca-file ${worker.rootsFile} ${args}`,
    { cwd },
  )
  return {
    ...outcome,
    paths: worker.seen.map(({ method, path }) => `${String(method)} ${String(path)}`),
  }
}

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

describe('health', () => {
  it('shows the CA, its end, and the profiles open to the client', async ({
    expect,
    ...context
  }) => {
    const answer = { status: 200, body: HEALTHY }
    expect(await health(answer, '--issuer second', context)).toEqual({
      exitCode: 0,
      stdout: `issuer    default
CA        CN=Acme Issuing CA
serial    4f01
valid to  2028-01-01T00:00:00Z
SHA-256   ${'ab'.repeat(32)}
profiles  default, web
time      2026-01-01T00:00:00Z
protocol  1.0
`,
      stderr: '',
      paths: ['GET /prefix/v1/issuers/second'],
    })
  })

  it('shows the CAs that came before and will come after', async ({ expect, ...context }) => {
    const authorities = [
      { ...CA, state: 'retiring', subject: 'CN=Old' },
      ...HEALTHY.authorities,
      { ...CA, state: 'next', subject: 'CN=New' },
    ]
    const answer = { status: 200, body: { ...HEALTHY, authorities } }
    const { stdout } = await health(answer, '--issuer default', context)
    expect(stdout).toContain(`
SHA-256   ${'ab'.repeat(32)}
retiring  CN=Old, valid to 2028-01-01T00:00:00Z, SHA-256 ${'ab'.repeat(32)}
next      CN=New, valid to 2028-01-01T00:00:00Z, SHA-256 ${'ab'.repeat(32)}
profiles  default, web
`)
  })

  it('--bundle prints what verifiers must trust, and nothing else', async ({
    expect,
    ...context
  }) => {
    const answer = { status: 200, body: HEALTHY }
    expect(await health(answer, '--bundle', context)).toMatchObject({
      exitCode: 0,
      stdout: HEALTHY.bundle,
      stderr: '',
    })
    expect(await health(answer, '--bundle --json', context)).toMatchObject({
      exitCode: 2,
      stdout: '',
      paths: [],
    })
  })

  it('--json prints the whole answer', async ({ expect, ...context }) => {
    const { stdout } = await health({ status: 200, body: HEALTHY }, '--json', context)
    expect(JSON.parse(stdout)).toEqual({ ...HEALTHY, requestId: REQUEST_ID })
  })

  it.for([
    ['issuer_unknown', 5],
    ['internal_error', 4],
    ['request_malformed', 3],
  ] as const)('refused with %s exits %d', async ([code, expected], { expect, ...context }) => {
    const { exitCode, stdout, stderr } = await health(refusal(code), '--json', context)
    expect(exitCode).toBe(expected)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } })
    expect(stderr).toContain(`(${code})`)
  })
})
