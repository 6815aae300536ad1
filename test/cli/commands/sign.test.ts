import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64, type RefusalCode, signRequestSchema } from '@edge-issuer/shared'
import { beforeEach, describe, it, vi } from 'vitest'
import { pemIn } from '../support/key-text.ts'
import { runCli } from '../support/run-cli.ts'
import { ANSWER, CSR, setUp, SIGNED } from '../support/sign-harness.ts'
import { refusal, REQUEST_ID, type StubWorker } from '../support/stub-worker.ts'

/** The one request that the stub got. */
const requestOf = ({ seen }: StubWorker, index = 0): unknown =>
  signRequestSchema.parse(JSON.parse(seen[index]?.body ?? ''))

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

describe('sign', () => {
  it('asks as the relay does, and prints the chain', async ({ expect, ...context }) => {
    const { worker, sign } = await setUp(SIGNED, context)
    const { exitCode, stdout, stderr } = await sign('--csr web.csr --uid u-1')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ANSWER.chain })
    expect(stderr).toBe(
      'certificate 4f01, 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z, signed now\n',
    )
    expect(worker.seen).toMatchObject([
      { method: 'POST', path: '/v1/issuers/default/certificates', idempotencyKey: 'u-1' },
    ])
    expect(requestOf(worker)).toEqual({
      csr: encodeBase64(CSR),
      durationSeconds: 90 * 86_400,
      isCA: false,
      usages: ['digital signature', 'key encipherment'],
      origin: {
        kind: 'CommandLine',
        namespace: '',
        name: 'web.csr',
        uid: 'u-1',
        username: 'alice',
        groups: [],
      },
    })
  })

  it('passes on issuer, profile, duration, usages and isCA', async ({ expect, ...context }) => {
    const { worker, sign } = await setUp(SIGNED, context)
    const flags = '--csr web.csr --issuer second --profile web --duration 24h --is-ca'
    await sign([...flags.split(' '), '--usage', 'server auth', '--usage', 'no such usage'])
    expect(worker.seen[0]?.path).toBe('/v1/issuers/second/certificates')
    expect(requestOf(worker)).toMatchObject({
      durationSeconds: 86_400,
      isCA: true,
      usages: ['server auth', 'no such usage', 'cert sign'],
      profile: 'web',
    })
  })

  it('sends DER from standard input, whatever is in it', async ({ expect, ...context }) => {
    const { worker, sign } = await setUp(refusal('csr_malformed'), context)
    const stdin = Uint8Array.of(0x30, 0x01, 0xff)
    const { exitCode } = await sign('--csr -', { stdin })
    expect(exitCode).toBe(3)
    expect(requestOf(worker)).toMatchObject({
      csr: encodeBase64(stdin),
      origin: { name: 'stdin' },
    })
  })

  it('sends nothing that is no certification request', async ({ expect, ...context }) => {
    const { worker, sign } = await setUp(SIGNED, context)
    const stdin = Uint8Array.of(0x00, 0xff, 0x2d, 0x2d)
    const { exitCode, stderr } = await sign('--csr -', { stdin })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"-" is neither PEM nor DER nor base64')
    expect(worker.seen).toEqual([])
  })

  it('makes a uid up and says how to ask for the same again', async ({ expect, ...context }) => {
    const { worker, sign } = await setUp(SIGNED, context)
    const nowMs = Date.UTC(2026, 10, 30, 8)
    const { stderr } = await sign('--csr web.csr', { nowMs })
    const uid = /^uid ([0-9a-f-]{36}): repeat this request with --uid \1$/m.exec(stderr)?.[1]
    expect(uid).toBeDefined()
    const origin = { uid, createdAt: '2026-11-30T08:00:00Z' }
    expect(requestOf(worker)).toMatchObject({ origin })
    // When the request was made first, whenever it is repeated.
    await sign(`--csr web.csr --uid ${uid ?? ''}`, { nowMs: nowMs + 86_400_000 })
    expect(requestOf(worker, 1)).toMatchObject({ origin })
  })

  it('takes the key as plain PEM too', async ({ expect, ...context }) => {
    const { cwd, worker } = await setUp(SIGNED, context)
    const yaml = await readFile(join(cwd, 'c.secret.yaml'), 'utf8')
    await writeFile(join(cwd, 'c.pem'), pemIn(yaml))
    const { exitCode } = await runCli(
      `sign --url ${worker.url} --key c.pem --csr web.csr --ca-file ${worker.rootsFile}`,
      { cwd },
    )
    expect(exitCode).toBe(0)
  })

  it('says what shortened the lifetime, and that the certificate is an old one', async ({
    expect,
    ...context
  }) => {
    const body = { ...ANSWER, clamped: 'issuer', replayed: true }
    const { sign } = await setUp({ status: 200, body }, context)
    const { stderr } = await sign('--csr web.csr --uid u')
    expect(stderr).toContain('signed before; shorter than requested, limited by the issuer')
  })

  it('says on standard error what is not certified and what verifiers may refuse', async ({
    expect,
    ...context
  }) => {
    const body = { ...ANSWER, ignored: ['template\n1', 'b'], warnings: ['add a DNS name'] }
    const { sign } = await setUp({ status: 201, body }, context)
    const { stdout, stderr } = await sign('--csr web.csr --uid u')
    expect(stdout).toBe(ANSWER.chain)
    expect(stderr).toContain(
      'signed now\nnot certified: template\\u{a}1\nnot certified: b\nwarning: add a DNS name\n',
    )
    const asJson = await sign('--csr web.csr --uid u --json')
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ignored: body.ignored,
      warnings: body.warnings,
    })
  })

  it('--json prints the whole answer and the uid', async ({ expect, ...context }) => {
    const { sign } = await setUp(SIGNED, context)
    const { exitCode, stdout } = await sign('--csr web.csr --uid u-1 --json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ uid: 'u-1', ...ANSWER, requestId: REQUEST_ID })
  })

  it('--out writes the chain to a file', async ({ expect, ...context }) => {
    const { cwd, sign } = await setUp(SIGNED, context)
    const { exitCode, stdout } = await sign('--csr web.csr --out web.pem')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(await readFile(join(cwd, 'web.pem'), 'utf8')).toBe(ANSWER.chain)
  })

  it('--out with a file that exists asks for nothing', async ({ expect, ...context }) => {
    const { cwd, worker, sign } = await setUp(SIGNED, context)
    await writeFile(join(cwd, 'web.pem'), 'older')
    const { exitCode, stderr } = await sign('--csr web.csr --out web.pem')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"web.pem" already exists')
    expect(worker.seen).toEqual([])
    expect(await readFile(join(cwd, 'web.pem'), 'utf8')).toBe('older')
  })

  it('says how to get a certificate whose chain could not be written', async ({
    expect,
    ...context
  }) => {
    const { cwd, worker, sign } = await setUp(SIGNED, context)
    await symlink('nowhere', join(cwd, 'dangling'))
    const { exitCode, stderr } = await sign('--csr web.csr --uid u-9 --out dangling/x.pem')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'the certificate is signed: repeat the request with --uid u-9 to get it',
    )
    expect(worker.seen).toHaveLength(1)
  })

  it.for([
    ['name_not_allowed', 3],
    ['idempotency_conflict', 3],
    ['ledger_unavailable', 4],
    ['internal_error', 4],
    ['credentials_rejected', 5],
    ['issuer_expiring', 5],
  ] as const satisfies readonly (readonly [RefusalCode, number])[])(
    'refused with %s exits %d, as JSON if asked for',
    async ([code, expected], { expect, ...context }) => {
      const answer = refusal(code)
      const { sign } = await setUp(
        { ...answer, headers: { ...answer.headers, 'retry-after': '7' } },
        context,
      )
      const { exitCode, stdout, stderr } = await sign('--csr web.csr --uid u --json')
      expect(exitCode).toBe(expected)
      expect(JSON.parse(stdout)).toMatchObject({
        uid: 'u',
        error: {
          code,
          message: expect.stringContaining(`because of ${code}`),
          requestId: REQUEST_ID,
          retryAfterMs: 7000,
        },
      })
      expect(stderr).toContain(`(${code})`)
      expect(stderr).toContain('retry after 7 s')
    },
  )

  it('put off with 202 exits 6', async ({ expect, ...context }) => {
    const { sign } = await setUp({ status: 202, body: {} }, context)
    const { exitCode, stdout } = await sign('--csr web.csr')
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
  })

  it.for([
    ['--csr none.csr', 1, 'cannot read "none.csr": no such file or directory'],
    ['--csr .', 1, 'cannot read ".": it is a directory'],
    ['--csr tls.pem', 1, '"tls.pem" has a certificate as its first PEM block'],
    ['--csr web.csr --out web.csr/x', 1, 'a part of the path is not a directory'],
    ['--csr web.csr --uid a/b', 2, '--uid: invalid uid "a/b"; expected 1 to 128'],
    ['--csr web.csr --issuer ../x', 2, '--issuer: invalid name "../x"; expected a DNS label'],
    ['--csr web.csr --duration 90', 2, '--duration: invalid duration "90"'],
    ['--json', 2, '--csr: a value is required'],
  ] as const)('%s is refused here', async ([args, code, message], { expect, ...context }) => {
    const { worker, sign } = await setUp(SIGNED, context)
    const { exitCode, stderr } = await sign(args)
    expect(exitCode).toBe(code)
    expect(stderr).toContain(message)
    expect(worker.seen).toEqual([])
  })

  it('documents every exit code', async ({ expect }) => {
    const { stdout } = await runCli('sign --help', { cwd: '/' })
    for (const code of [0, 1, 2, 3, 4, 5, 6]) expect(stdout).toMatch(`\n  ${String(code)}  `)
  })
})
