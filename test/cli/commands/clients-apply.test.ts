import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RefusalCode } from '@edge-issuer/shared'
import { describe, it, type TestContext } from 'vitest'
import { setUp } from '../support/admin-harness.ts'
import { aClientRecord, anEntry } from '../support/client-entries.ts'
import { type Outcome, runCli } from '../support/run-cli.ts'
import {
  clientOf,
  stubDirectory,
  type StubDirectoryOptions,
  type StubFault,
} from '../support/stub-directory.ts'
import { refusal } from '../support/stub-worker.ts'

type Context = Pick<TestContext, 'onTestFinished'>

interface Harness {
  readonly apply: (clients: object, flags?: string) => Promise<Outcome>
  readonly writes: () => readonly string[]
}

async function applying(
  {
    showsProgress = false,
    ...options
  }: StubDirectoryOptions & { readonly showsProgress?: boolean },
  context: Context,
): Promise<Harness> {
  const { cwd, worker } = await setUp(stubDirectory(options), context)
  return {
    apply: async (clients, flags = '') => {
      await writeFile(join(cwd, 'clients.json'), JSON.stringify({ clients }))
      const common = `--url ${worker.url} --key a.admin.key --ca-file ${worker.rootsFile}`
      const args = `clients apply -f clients.json ${common} ${flags}`.trim()
      return runCli(args, { cwd, showsProgress })
    },
    writes: () =>
      worker.seen
        .filter(({ method }) => method !== 'GET')
        .map(
          (request) => `${request.method ?? ''} ${clientOf(request)} ${request.precondition ?? ''}`,
        ),
  }
}

const refused = (code: RefusalCode): StubFault => ({ answer: refusal(code), isWritten: false })

const entry = anEntry()

describe('clients apply', () => {
  it('removes first, then changes, then adds', async ({ expect, ...context }) => {
    const clients = [aClientRecord('a', entry, 4), aClientRecord('b', anEntry(), 5)]
    const { apply, writes } = await applying({ clients }, context)
    const changed = { ...entry, certificatesPerMinute: 1 }
    const { exitCode, stdout } = await apply({ a: changed, c: entry }, '--prune')
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `~ a
    /certificatesPerMinute: 1200 → 1
- b
+ c
1 added, 1 changed, 1 removed, 0 unchanged
`,
    })
    expect(writes()).toEqual(['DELETE b "5"', 'PUT a "4"', 'PUT c *'])
  })

  it('sends a request again after a temporary error', async ({ expect, ...context }) => {
    const { apply, writes } = await applying(
      { fault: (_, count) => (count === 1 ? refused('directory_unavailable') : undefined) },
      context,
    )
    const { exitCode, stdout } = await apply({ a: entry })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: '+ a\n1 added, 0 changed, 0 removed, 0 unchanged\n',
    })
    expect(writes()).toEqual(['PUT a *', 'PUT a *'])
  })

  it('takes a change as made whose response was lost', async ({ expect, ...context }) => {
    const answer = { status: 200, body: '{', headers: { 'content-length': '9' } }
    const lost = { answer, isWritten: true }
    const clients = [aClientRecord('a', entry, 4)]
    const { apply, writes } = await applying(
      { clients, fault: (_, count) => (count === 1 ? lost : undefined) },
      context,
    )
    const { exitCode, stderr } = await apply({ a: { ...entry, certificatesPerMinute: 1 } })
    expect(exitCode).toBe(0)
    // The rules of what is written, and no error.
    expect(stderr).toMatch(/^warning: \/clients\/a\/unrestricted: .*\n$/)
    expect(writes()).toEqual(['PUT a "4"', 'PUT a "4"'])
  })

  it('goes on after a refusal, and exits with its code', async ({ expect, ...context }) => {
    const { apply } = await applying(
      { fault: (request) => (clientOf(request) === 'b' ? refused('client_invalid') : undefined) },
      context,
    )
    const { exitCode, stdout, stderr } = await apply({ a: entry, b: anEntry(), c: anEntry() })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 3,
      stdout: '+ a\n+ b\n+ c\n2 added, 0 changed, 0 removed, 0 unchanged, 1 failed\n',
    })
    expect(stderr).toMatch(
      /^edge-issuer clients apply: 1 of 3 changes were not made; correct the cause and run the same command again\nb: permanent \(client_invalid\): .*because of client_invalid; request id \S+\n$/m,
    )
  })

  it('stops at an error that concerns every client', async ({ expect, ...context }) => {
    const { apply, writes } = await applying({ fault: () => refused('role_missing') }, context)
    const clients = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`c${String(index)}`, anEntry()]),
    )
    const { exitCode, stdout, stderr } = await apply(clients)
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/0 added, .* \d+ failed, \d+ not tried\n$/)
    expect(stderr).toContain('50 of 50 changes were not made')
    expect(writes().length).toBeLessThan(20)
  })

  it('shows its progress on a terminal', async ({ expect, ...context }) => {
    const { apply } = await applying({ showsProgress: true }, context)
    const { stderr } = await apply({ a: entry, b: anEntry() })
    expect(stderr).toContain('1 of 2 clients')
    expect(stderr.endsWith('2 of 2 clients\u{1B}[2K\r')).toBe(true)
  })

  it('prints one JSON object', async ({ expect, ...context }) => {
    const clients = [aClientRecord('a', entry, 4), aClientRecord('b', anEntry())]
    const { apply } = await applying(
      {
        clients,
        fault: (request) => (clientOf(request) === 'c' ? refused('client_invalid') : undefined),
      },
      context,
    )
    const { stdout } = await apply({ a: { ...entry, region: 'weur' }, c: anEntry() }, '-o json')
    expect(JSON.parse(stdout)).toMatchObject({
      added: [],
      changed: [{ name: 'a', members: [{ pointer: '/region', after: 'weur' }] }],
      removed: [],
      unchanged: 0,
      unlisted: ['b'],
      failed: [{ name: 'c', code: 'client_invalid', class: 'permanent' }],
      untried: 0,
    })
  })

  it.for([
    { name: '--prune on an empty file', clients: {}, flags: '--prune', want: 'give --allow-empty' },
    {
      name: 'unknown members',
      clients: { a: { ...entry, x: 1 } },
      flags: '',
      want: '/clients/a: Unrecognized key: "x"',
    },
    {
      name: 'two files',
      clients: {},
      flags: '--from-config clients.json',
      want: 'give either --file or --from-config',
    },
  ])(
    'refuses $name before it asks the worker',
    async ({ clients, flags, want }, { expect, ...context }) => {
      const { apply, writes } = await applying({ clients: [aClientRecord('a', entry)] }, context)
      const { exitCode, stderr } = await apply(clients, flags)
      expect([1, 2]).toContain(exitCode)
      expect(stderr).toContain(want)
      expect(writes()).toEqual([])
    },
  )

  it('with --prune --allow-empty removes every client', async ({ expect, ...context }) => {
    const { apply, writes } = await applying({ clients: [aClientRecord('a', entry)] }, context)
    expect((await apply({}, '--prune --allow-empty')).exitCode).toBe(0)
    expect(writes()).toEqual(['DELETE a "1"'])
  })
})
