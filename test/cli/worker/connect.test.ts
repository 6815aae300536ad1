import { beforeEach, describe, it, vi } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { setUp, SIGNED } from '../support/sign-harness.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

describe('a connection to the worker', () => {
  it('without a response exits 4', async ({ expect, ...context }) => {
    const { cwd, worker } = await setUp(SIGNED, context)
    const unreachable = worker.url.replace(/:\d+$/, ':1')
    const { exitCode, stderr } = await runCli(
      `sign --url ${unreachable} --key c.secret.yaml --csr web.csr`,
      { cwd },
    )
    expect(exitCode).toBe(4)
    expect(stderr).toContain('(transport_error)')
  })

  it('whose TLS certificate is not trusted exits 5 and names --ca-file', async ({
    expect,
    ...context
  }) => {
    const { cwd, worker } = await setUp(SIGNED, context)
    const { exitCode, stderr } = await runCli(
      `sign --url ${worker.url} --key c.secret.yaml --csr web.csr`,
      { cwd },
    )
    expect(exitCode).toBe(5)
    expect(stderr).toContain('(tls_untrusted)')
    expect(stderr).toContain('--ca-file')
    expect(worker.seen).toEqual([])
  })

  it.for([
    ['HTTPS_PROXY', 'http://user:hunter2@'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('is refused with a bad %s', async ([name, value], { expect, ...context }) => {
    const { cwd, worker } = await setUp(SIGNED, context)
    if (name === 'HTTPS_PROXY') vi.stubEnv('https_proxy', '')
    vi.stubEnv(name ?? '', value)
    const { exitCode, stderr } = await runCli(
      `sign --url ${worker.url} --key c.secret.yaml --csr web.csr`,
      { cwd },
    )
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`the environment variable ${String(name)} is`)
    expect(stderr).not.toContain('hunter2')
    expect(stderr).not.toContain('bug')
    expect(worker.seen).toEqual([])
  })

  it.for([
    ['--key web.csr', 1, '"web.csr" has a certification request and no private key'],
    ['--key tls.key', 1, 'the private key in "tls.key" holds a key of type ec, not Ed25519'],
    ['--key c.client.json', 1, '"c.client.json" has a public key and no private key'],
    ['--key c.secret.yaml --ca-file tls.key', 1, '"tls.key" contains no PEM certificate'],
    ['--key c.secret.yaml --url http://a.example', 2, '--url: the url must be https'],
    ['--key c.secret.yaml --url a.example', 2, '--url: the url "a.example" is not'],
  ] as const)('by %s is refused', async ([args, code, message], { expect, ...context }) => {
    const { cwd } = await setUp(SIGNED, context)
    const url = args.includes('--url') ? '' : '--url https://127.0.0.1:1'
    const { exitCode, stderr } = await runCli(`sign --csr web.csr ${args} ${url}`.trim(), { cwd })
    expect(exitCode).toBe(code)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/PRIVATE KEY-----|MC4CAQ/)
  })
})
