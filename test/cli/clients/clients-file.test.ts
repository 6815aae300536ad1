import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import {
  formatClients,
  readClientsFile,
  readConfigClients,
} from '../../../cli/src/clients/clients-file.ts'
import type { Io } from '../../../cli/src/terminal/io.ts'
import { aJwks, anEntry } from '../support/client-entries.ts'
import { recordedIo, temporaryFolder } from '../support/run-cli.ts'

type Context = Pick<TestContext, 'onTestFinished'>

async function withFile(text: string, context: Context): Promise<Io> {
  const cwd = await temporaryFolder(context)
  await writeFile(join(cwd, 'clients.yaml'), text)
  return recordedIo({ cwd }).io
}

async function read(text: string, context: Context): Promise<unknown> {
  const result = await readClientsFile('clients.yaml', await withFile(text, context))
  return result.ok ? Object.fromEntries(result.value) : result.error
}

async function readConfig(text: string, context: Context): Promise<unknown> {
  const result = await readConfigClients('clients.yaml', await withFile(text, context))
  return result.ok ? result.value : result.error
}

const entry = anEntry()
const jwks = aJwks()
const identity = {
  issuer: 'https://kubernetes.default.svc',
  jwks,
  subjects: ['system:serviceaccount:edge-issuer:edge-issuer-relay'],
}

describe('a file of clients', () => {
  it.for([true, false])(
    'reads what export writes (JSON: %s)',
    async (isJson, { expect, ...context }) => {
      const clients = { a: entry, b: anEntry({ keys: [], identity }) }
      expect(await read(formatClients(clients, { isJson }), context)).toEqual(clients)
    },
  )

  it.for([
    {
      name: 'unknown members at the top',
      text: { clients: {}, admins: {} },
      want: 'the document: Unrecognized key: "admins"',
    },
    {
      name: 'unknown members of an entry',
      text: { clients: { a: { ...entry, nope: 1 } } },
      want: '/clients/a: Unrecognized key: "nope"',
    },
    {
      name: 'a name that is no DNS label',
      text: { clients: { 'A/b': entry } },
      want: '/clients/A~1b: the name must be a DNS label',
    },
    {
      name: 'a list instead of an object',
      text: { clients: [entry] },
      want: '/clients: Invalid input',
    },
    { name: 'no clients', text: {}, want: '/clients: Invalid input' },
    {
      name: 'an entry without access',
      text: { clients: { a: { ...entry, unrestricted: false } } },
      want: '/clients/a: must set `allowed`',
    },
    {
      name: 'a private token key',
      text: {
        clients: {
          a: {
            ...entry,
            identity: { ...identity, jwks: { keys: [{ ...jwks.keys[0], d: 'AA' }] } },
          },
        },
      },
      want: '/clients/a/identity/jwks/keys/0/d: is a member of a private or symmetric key',
    },
  ])('names $name by its JSON pointer', async ({ text, want }, { expect, ...context }) => {
    expect(await read(JSON.stringify(text), context)).toContain(
      `"clients.yaml" has 1 error:\n  ${want}`,
    )
  })

  it('names every error', async ({ expect, ...context }) => {
    const clients = { a: { ...entry, issuers: [] }, b: { ...entry, shards: [3] } }
    const message = await read(JSON.stringify({ clients }), context)
    expect(message).toContain('has 2 errors:')
    expect(message).toContain('/clients/a/issuers: ')
    expect(message).toContain('/clients/b/shards/0: must be one of 1, 2, 4')
  })

  it('names the first fifty of very many errors', async ({ expect, ...context }) => {
    const clients = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`c${String(i)}`, {}]))
    const message = String(await read(JSON.stringify({ clients }), context))
    expect(message.split('\n')).toHaveLength(52)
    expect(message).toMatch(/and \d+ more$/)
  })

  it.for([
    {
      name: 'a client twice',
      text: 'clients:\n  a: {}\n  a: {}\n',
      want: 'Map keys must be unique',
    },
    {
      name: 'a client twice in JSON',
      text: '{"clients": {"a": {}, "a": {}}}',
      want: 'Map keys must be unique',
    },
    { name: 'two documents', text: 'clients: {}\n---\nclients: {}\n', want: 'multiple documents' },
    { name: 'text that is not YAML', text: 'clients: [', want: 'is neither YAML nor JSON' },
    { name: 'aliases that multiply', text: bomb(), want: 'Excessive alias count' },
  ])('refuses $name', async ({ text, want }, { expect, ...context }) => {
    expect(await read(text, context)).toContain(want)
  })
})

/** Nine levels of nine aliases each. */
function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `l${String(level)}: &l${String(level)} [${Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*l${String(level - 1)}`)).join(', ')}]`,
  )
  return `${levels.join('\n')}\nclients: {}\n`
}

describe('the clients of a configuration', () => {
  it('are read without those that were removed', async ({ expect, ...context }) => {
    const config = {
      publicUrl: 'https://a',
      issuers: 1,
      clients: { a: entry, gone: { ...entry, keys: [] } },
    }
    const found = await readConfig(JSON.stringify(config), context)
    expect(found).toEqual({ clients: new Map([['a', entry]]), removed: ['gone'] })
  })

  it('must be there', async ({ expect, ...context }) => {
    expect(await readConfig('{"publicUrl": "https://a"}', context)).toContain(
      'has no section "clients"',
    )
  })
})
