/**
 * The commands that manage clients against the real worker in workerd, as an operator would use them.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clientsPageSchema } from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { aJwks, anEntry } from './support/client-entries.ts'
import { thumbprintOf } from './support/key-text.ts'
import { startWorkerWithAdmins, type WorkerWithAdmins } from './support/worker-with-admins.ts'

const MANY = 1_000

/** Of a thousand requests on a busy machine. */
const MANY_TIMEOUT_MS = 240_000

let worker: WorkerWithAdmins

const entrySchema = z.record(z.string(), z.unknown())
const clientFileSchema = z.object({
  clients: z.record(z.string(), z.object({ keys: z.array(z.object({ publicKey: z.string() })) })),
})
const clientsFileSchema = z.object({ clients: z.record(z.string(), entrySchema) })

beforeAll(async () => {
  worker = await startWorkerWithAdmins()
})

afterAll(async () => worker.stop())

describe('one client', () => {
  it('is added, shown, listed, and can use the worker', async ({ expect }) => {
    const run = await worker.enrol('added')
    expect(await worker.show('added')).toMatchObject({
      version: 1,
      disabled: false,
      quarantined: false,
    })
    expect(await worker.must('list')).toMatch(/^added +enabled +1 key +default +default +1 /m)
    expect((await run('health')).code).toBe(0)
    const text = await readFile(join(worker.directory, 'added.client.json'), 'utf8')
    const { added } = clientFileSchema.parse(JSON.parse(text)).clients
    const { publicKey = '' } = added?.keys[0] ?? {}
    expect(await worker.must('show added')).toContain(`keyIds:\n  - ${thumbprintOf(publicKey)}\n`)
  })

  it('is added once', async ({ expect }) => {
    await worker.enrol('once')
    const { code, stderr } = await worker.clients('add once --key once.client.json', 'bob')
    expect(code).toBe(3)
    expect(stderr).toMatch(/\(version_conflict\).*exists already.*admin "alice"/)
  })

  it('cannot have the key of another one', async ({ expect }) => {
    await worker.enrol('owner')
    const file: unknown = JSON.parse(
      await readFile(join(worker.directory, 'owner.client.json'), 'utf8'),
    )
    const { owner } = clientsFileSchema.parse(file).clients
    await writeFile(
      join(worker.directory, 'thief.client.json'),
      JSON.stringify({ clients: { thief: owner } }),
    )
    const { code, stderr } = await worker.clients('add thief --key thief.client.json')
    expect(code).toBe(3)
    expect(stderr).toContain('is already a key of client "owner"')
  })

  it('with tokens has its keys in the directory', async ({ expect }) => {
    const jwks = aJwks()
    await writeFile(join(worker.directory, 'jwks.json'), JSON.stringify(jwks))
    await worker.must(
      'add by-token --jwks jwks.json --token-issuer https://k8s.example --unrestricted',
    )
    expect(await worker.show('by-token')).toMatchObject({
      entry: { keys: [], identity: { issuer: 'https://k8s.example', jwks } },
    })
    expect(await worker.must('list')).toMatch(/^by-token +enabled +token /m)
  })

  it('gets other rules and keeps its keys', async ({ expect }) => {
    await worker.enrol('ruled')
    const rules = {
      issuers: ['default'],
      profiles: ['default'],
      allowed: { dnsNames: { values: ['a'] } },
    }
    await writeFile(join(worker.directory, 'rules.yaml'), stringify(rules))
    const before = await worker.show('ruled')
    expect(await worker.must('rules ruled --file rules.yaml --dry-run')).toContain(
      'nothing was written',
    )
    expect(await worker.show('ruled')).toEqual(before)
    expect(await worker.must('rules ruled --file rules.yaml')).toBe(
      '/allowed: absent → {"dnsNames":{"values":["a"]}}\n/unrestricted: true → absent\nchanged the rules of ruled\n',
    )
    expect(await worker.show('ruled')).toMatchObject({
      version: 2,
      entry: { ...rules, keys: before.entry['keys'] },
    })
    expect(await worker.must('rules ruled --file rules.yaml')).toBe('nothing changes\n')
  })

  it('keeps its keys out of a file of rules', async ({ expect }) => {
    await writeFile(join(worker.directory, 'with-keys.yaml'), stringify(anEntry()))
    const { code, stderr } = await worker.clients('rules ruled --file with-keys.yaml')
    expect(code).toBe(1)
    expect(stderr).toContain('/keys: is not a rule and stays as it is')
  })
})

describe('the state of a client', () => {
  it('disabled is refused, and enabled again', async ({ expect }) => {
    const run = await worker.enrol('d')
    expect(await worker.must('disable d')).toContain('Disabled client d.')
    expect(await worker.must('list')).toMatch(/^d +disabled /m)
    expect(await worker.show('d')).toMatchObject({ disabled: true, version: 2 })
    const { code, stderr } = await run('health')
    expect(code).toBe(5)
    expect(stderr).toContain('(credentials_rejected)')
    // A client that is disabled already is not written again.
    await worker.must('disable d')
    expect((await worker.show('d')).version).toBe(2)
    await worker.must('enable d')
    expect(await worker.show('d')).toMatchObject({ disabled: false, version: 3 })
  })

  it('removed is gone, and its name can be used again', async ({ expect }) => {
    await worker.enrol('r')
    expect(await worker.must('remove r')).toContain('Removed client r.')
    const { code, stderr } = await worker.clients('show r')
    expect(code).toBe(3)
    expect(stderr).toContain('(client_unknown)')
    await worker.must('add r --key r.client.json')
    expect((await worker.show('r')).version).toBeGreaterThan(2)
  })
})

describe('the role read', () => {
  it('lists and shows', async ({ expect }) => {
    expect((await worker.clients('list', 'reader')).code).toBe(0)
    expect((await worker.clients('show added', 'reader')).code).toBe(0)
  })

  it.for([
    'disable added',
    'remove added',
    'add x --jwks jwks.json --token-issuer https://k8s.example --unrestricted',
  ])('does not %s', async (command, { expect }) => {
    const { code, stderr } = await worker.clients(command, 'reader')
    expect(code).toBe(3)
    expect(stderr).toContain('(role_missing)')
    expect(await worker.show('added')).toMatchObject({
      version: 1,
      disabled: false,
      quarantined: false,
    })
  })
})

describe('clients apply', () => {
  it(
    `applies ${String(MANY)} clients; a second run has nothing to do`,
    { timeout: MANY_TIMEOUT_MS },
    async ({ expect }) => {
      const many = Object.fromEntries(
        Array.from({ length: MANY }, (_, index) => [`many-${String(index)}`, anEntry()]),
      )
      await worker.writeClients('many.yaml', many)
      const first = await worker.clients('apply -f many.yaml')
      expect(first.code).toBe(0)
      expect(first.stderr).toMatch(/^(?:warning: .*\n){10}warning: 990 more; .*\n$/)
      expect(first.stdout).toContain(`\n${String(MANY)} added, 0 changed, 0 removed, 0 unchanged`)
      const second = await worker.clients('apply -f many.yaml', 'bob')
      expect(second.stdout).toMatch(/^0 added, 0 changed, 0 removed, 1000 unchanged/)
      const { clients: listed, next } = clientsPageSchema.parse(
        JSON.parse(await worker.must('list --json')),
      )
      expect(next).toBeNull()
      expect(listed.filter(({ name }) => name.startsWith('many-'))).toHaveLength(MANY)
      const half = Object.fromEntries(Object.entries(many).slice(0, MANY / 2))
      await worker.writeClients('half.yaml', half)
      const pruned = await worker.clients('apply -f half.yaml --prune --dry-run')
      expect(pruned.stdout).toMatch(/dry run, nothing was written: 0 added, 0 changed, \d+ removed/)
      expect(
        clientsPageSchema.parse(JSON.parse(await worker.must('list --json'))).clients,
      ).toHaveLength(listed.length)
    },
  )

  it('reads what export writes', async ({ expect }) => {
    const yaml = await worker.must('export')
    expect(Object.keys(clientsFileSchema.parse(parse(yaml)).clients)).toContain('by-token')
    await writeFile(join(worker.directory, 'exported.yaml'), yaml)
    const { stdout } = await worker.clients('apply -f exported.yaml --prune')
    expect(stdout).toMatch(/^0 added, 0 changed, 0 removed, \d+ unchanged\n$/)
  })

  it('names every violation that the worker finds, and goes on', async ({ expect }) => {
    await worker.writeClients('bad.yaml', {
      bad: anEntry({ issuers: ['nope'], profiles: ['default', 'neither'] }),
      good: anEntry(),
    })
    for (const flags of ['--dry-run', '']) {
      const { code, stderr } = await worker.clients(`apply -f bad.yaml ${flags}`.trim())
      expect(code).toBe(3)
      expect(stderr).toContain('1 of 2 changes were not made')
      expect(stderr).toContain('bad: permanent (client_invalid)')
      expect(stderr).toContain('/entry/issuers/0')
      expect(stderr).toContain('/entry/profiles/1')
    }
    expect(await worker.show('good')).toMatchObject({ version: 1 })
  })

  it('keeps a client disabled', async ({ expect }) => {
    await worker.enrol('off')
    await worker.must('disable off')
    const { entry } = await worker.show('off')
    await worker.writeClients('off.yaml', { off: { ...entry, certificatesPerMinute: 7 } })
    expect(await worker.must('apply -f off.yaml')).toContain('/certificatesPerMinute: 1200 → 7')
    expect(await worker.show('off')).toMatchObject({
      disabled: true,
      entry: { certificatesPerMinute: 7 },
    })
  })

  it('takes the clients of a configuration', async ({ expect }) => {
    const config = {
      publicUrl: 'https://a',
      clients: { 'from-config': anEntry(), gone: anEntry({}) },
    }
    const text = JSON.stringify(config)
    await writeFile(join(worker.directory, 'old.json'), text)
    expect(await worker.must('apply --from-config old.json')).toContain('2 added')
  })
})
