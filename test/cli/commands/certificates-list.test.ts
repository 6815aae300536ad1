import { certificatesQuerySchema, type Requester } from '@edge-issuer/shared'
import { beforeEach, describe, it, vi } from 'vitest'
import { CERTIFICATE_FILTERS, certificatesQuery } from '../../../cli/src/certificates/filters.ts'
import { aSummary, good, paged, setUp } from '../support/admin-harness.ts'
import { refusal, REQUEST_ID } from '../support/stub-worker.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

const aRequester = (namespace: string): Requester => ({
  kind: 'CertificateRequest',
  namespace,
  name: 'web-1',
  username: 'alice',
})

const page = (indices: readonly number[], next: string | null): unknown => ({
  certificates: indices.map(aSummary),
  next,
})

describe('certificates list', () => {
  it('shows a row for each certificate', async ({ expect, ...context }) => {
    const many = ['DNS:a', 'DNS:b', 'IP Address:10.0.0.1', 'DNS:c', 'DNS:d']
    const certificates = [
      aSummary(),
      { ...aSummary(2), client: 'edge', subjectAltNames: [], subject: 'CN=nobody' },
      { ...aSummary(3), subjectAltNames: many, requester: aRequester('shop') },
      { ...aSummary(4), requester: aRequester('') },
    ]
    const harness = await setUp(good({ certificates, next: null }), context)
    expect(await harness.certificates('list')).toEqual({
      exitCode: 0,
      stdout: `ISSUED                VALID TO              ISSUER   CLIENT     SERIAL  REQUEST     REQUESTER  NAMES
2026-01-01T00:01:00Z  2026-04-01T00:00:00Z  default  cluster-1  4f0001  -           -          DNS:web.acme.internal
2026-01-01T00:01:00Z  2026-04-01T00:00:00Z  default  edge       4f0002  -           -          CN=nobody
2026-01-01T00:01:00Z  2026-04-01T00:00:00Z  default  cluster-1  4f0003  shop/web-1  alice      DNS:a, DNS:b, IP Address:10.0.0.1 and 2 more
2026-01-01T00:01:00Z  2026-04-01T00:00:00Z  default  cluster-1  4f0004  web-1       alice      DNS:web.acme.internal
`,
      stderr: '',
    })
    expect(harness.asked()).toEqual(['/v1/admin/certificates?limit=500'])
  })

  it('sends no character of a stranger to the terminal that it would obey', async ({
    expect,
    ...context
  }) => {
    const certificate = { ...aSummary(), subjectAltNames: ['DNS:\u{1b}[2J\u{202e}\n\u{9b}x'] }
    const harness = await setUp(good({ certificates: [certificate], next: null }), context)
    const { stdout } = await harness.certificates('list')
    expect(stdout).toContain(String.raw`DNS:\u{1b}[2J\u{202e}\u{a}\u{9b}x`)
    expect(stdout.split('\n')).toHaveLength(3)
  })

  it('says so when there is none', async ({ expect, ...context }) => {
    const harness = await setUp(good({ certificates: [], next: null }), context)
    expect(await harness.certificates('list')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'no certificates found\n',
    })
  })

  it.for([
    [59, false],
    [61, true],
  ] as const)(
    'says that the index is behind when it is %i seconds behind: %s',
    async ([seconds, isShown], { expect, ...context }) => {
      const indexedThrough = new Date(Date.now() - seconds * 1_000).toISOString()
      const answer = { certificates: [aSummary()], next: null, indexedThrough }
      const harness = await setUp(good(answer), context)
      const { stderr } = await harness.certificates('list')
      expect(stderr.includes(`issued after ${indexedThrough}`)).toBe(isShown)
      const { stdout } = await harness.certificates('list --json --direct')
      expect(JSON.parse(stdout)).toEqual(answer)
      expect(harness.asked()[1]).toBe('/v1/admin/certificates?limit=500&direct=true')
    },
  )

  it('has a flag for every filter of the protocol', ({ expect }) => {
    const flags = {
      issuer: 'i',
      client: 'c',
      serial: '4f',
      uid: 'u',
      name: 'n',
      namespace: 's',
      current: true,
      issuedAfter: '2026-01-01T00:00:00Z',
      issuedBefore: '2026-01-02T00:00:00Z',
      expiresAfter: '2026-01-03T00:00:00Z',
      expiresBefore: '2026-01-04T00:00:00Z',
      expiresWithin: undefined,
    }
    expect(Object.keys(flags)).toEqual(Object.keys(CERTIFICATE_FILTERS))
    const read = certificatesQuery(flags, 0)
    if (!read.ok) throw new Error(read.error.message)
    const query = { ...read.value, limit: '1', cursor: 'c' }
    expect(Object.keys(query).toSorted()).toEqual(
      Object.keys(certificatesQuerySchema.shape).toSorted(),
    )
    const { expiresWithin: _, current, ...texts } = flags
    expect(new Set(Object.values(query))).toEqual(
      new Set([...Object.values(texts), String(current), '1', 'c']),
    )
  })

  it('asks with every filter, as the protocol writes it', async ({ expect, ...context }) => {
    const harness = await setUp(good({ certificates: [], next: null }), context)
    await harness.certificates([
      ...'list --issuer one --client c1 --serial 4F:0A --uid u.1 --issued-after 2026-01-01'.split(
        ' ',
      ),
      ...'--issued-before 2026-02-01T01:30:00+01:00 --expires-after 2026-03-01T00:00:00.5Z'.split(
        ' ',
      ),
      '--expires-before',
      '2026-04-01',
      '--name',
      "O'Hara & Söhne *",
    ])
    expect(harness.asked()).toEqual([
      '/v1/admin/certificates?issuer=one&client=c1&serialNumber=4f0a&uid=u.1' +
        '&name=O%27Hara+%26+S%C3%B6hne+*&issuedAfter=2026-01-01T00%3A00%3A00Z' +
        '&issuedBefore=2026-02-01T00%3A30%3A00Z&expiresAfter=2026-03-01T00%3A00%3A00.500Z' +
        '&expiresBefore=2026-04-01T00%3A00%3A00Z&limit=500',
    ])
  })

  it.for([
    ['30d', '2026-01-31T00%3A00%3A00Z'],
    ['2w', '2026-01-15T00%3A00%3A00Z'],
    ['36h', '2026-01-02T12%3A00%3A00Z'],
  ] as const)(
    '--expires-within %s counts from now',
    async ([duration, end], { expect, ...context }) => {
      const harness = await setUp(good({ certificates: [], next: null }), context)
      await harness.certificates(`list --expires-within ${duration} --current --namespace shop`, {
        nowMs: Date.UTC(2026, 0, 1) + 999,
      })
      expect(harness.asked()).toEqual([
        '/v1/admin/certificates?namespace=shop&current=true' +
          `&expiresAfter=2026-01-01T00%3A00%3A00Z&expiresBefore=${end}&limit=500`,
      ])
    },
  )

  it.for(['list', 'export'])(
    '%s: --expires-within is one of three ways to say it',
    async (command, { expect, ...context }) => {
      const harness = await setUp(good({ certificates: [], next: null }), context)
      const { exitCode, stderr } = await harness.certificates(
        `${command} --expires-within 30d --expires-before 2026-02-01`,
      )
      expect(exitCode).toBe(2)
      expect(stderr).toContain('--expires-within excludes')
      expect(harness.asked()).toEqual([])
    },
  )

  it('reads page after page', async ({ expect, ...context }) => {
    const harness = await setUp(paged(1001, page), context)
    const { exitCode, stdout, stderr } = await harness.certificates('list')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.match(/4f\d{4}/g)).toHaveLength(1001)
    expect(harness.asked()).toEqual([
      '/v1/admin/certificates?limit=500',
      '/v1/admin/certificates?limit=500&cursor=c500',
      '/v1/admin/certificates?limit=500&cursor=c1000',
    ])
  })

  it('stops at the limit, names the cursor, and goes on there', async ({ expect, ...context }) => {
    const harness = await setUp(paged(700, page), context)
    const first = await harness.certificates('list --limit 501 --json')
    expect(first.stderr).toBe('there may be more certificates: continue with --after c501\n')
    expect(JSON.parse(first.stdout)).toEqual({
      certificates: expect.objectContaining({ length: 501 }),
      next: 'c501',
    })
    const second = await harness.certificates('list --after c501 --json')
    expect(JSON.parse(second.stdout)).toEqual({
      certificates: expect.objectContaining({ length: 199, 0: aSummary(502) }),
      next: null,
    })
    expect(harness.asked()).toEqual([
      '/v1/admin/certificates?limit=500',
      '/v1/admin/certificates?limit=1&cursor=c500',
      '/v1/admin/certificates?limit=500&cursor=c501',
    ])
  })

  it('goes on after a page without a hit', async ({ expect, ...context }) => {
    const harness = await setUp(
      ({ path }) =>
        path?.includes('cursor') === true
          ? good(page([7], null))
          : good({ certificates: [], next: 'other-ledger' }),
      context,
    )
    expect((await harness.certificates('list')).stdout).toContain('4f0007')
  })

  it('prints nothing of a list that breaks off', async ({ expect, ...context }) => {
    const whole = paged(600, page)
    const harness = await setUp(
      (request) =>
        request.path?.includes('cursor') === true ? refusal('ledger_unavailable') : whole(request),
      context,
    )
    const { exitCode, stdout, stderr } = await harness.certificates('list')
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).toContain('(ledger_unavailable)')
  })

  it.for([
    [
      'goes in a circle',
      { certificates: [], next: 'again' },
      'the cursor of the next page is the cursor of this page',
    ],
    ['gives too much', page([1, 2, 3], null), '3 items; the limit was 2'],
    ['gives something else', { hello: 'world' }, 'the body does not match the protocol'],
  ] as const)(
    'does not follow a worker that %s',
    async ([, body, message], { expect, ...context }) => {
      const harness = await setUp(good(body), context)
      const { exitCode, stderr } = await harness.certificates('list --limit 2')
      expect(exitCode).toBe(4)
      expect(stderr).toContain(message)
      expect(stderr).toContain(`request id ${REQUEST_ID}`)
    },
  )

  it.for([
    ['credentials_rejected', 5],
    ['role_missing', 3],
    ['query_malformed', 3],
    ['ledger_unavailable', 4],
  ] as const)('refused with %s exits %d', async ([code, expected], { expect, ...context }) => {
    const harness = await setUp(refusal(code), context)
    const { exitCode, stdout } = await harness.certificates('list --json')
    expect(exitCode).toBe(expected)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } })
  })

  it.for([
    ['--limit 0', '--limit: invalid number "0"; expected a whole number from 1'],
    ['--serial xyz', '--serial: invalid value "xyz": must be'],
    ['--after a/b', '--after: invalid value "a/b": must be the "next" of a page'],
    ['--issued-after 2026-13-01', '--issued-after: invalid time "2026-13-01"'],
    ['--client Cluster', '--client: invalid name "Cluster"; expected a DNS label'],
  ] as const)(
    'refuses %s before anything is asked',
    async ([args, message], { expect, ...context }) => {
      const harness = await setUp(good({}), context)
      const { exitCode, stderr } = await harness.certificates(`list ${args}`)
      expect(exitCode).toBe(2)
      expect(stderr).toContain(message)
      expect(harness.asked()).toEqual([])
    },
  )
})
