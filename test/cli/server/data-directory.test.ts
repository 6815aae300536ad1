import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCHEMA_VERSIONS } from '@edge-issuer/signer-worker/schema-versions'
import { afterEach, beforeEach, describe, it } from 'vitest'
import {
  checkDataDirectory,
  openData,
  readDataRecord,
  writeDataRecord,
} from '../../../cli/src/server/data-directory.ts'

const OWNER = {
  publicUrl: 'https://ca.example.com',
  version: '1.2.3',
  nowMs: Date.parse('2026-11-30T12:00:00Z'),
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-data-'))
})
afterEach(async () => rm(directory, { recursive: true }))

const record = (): string => join(directory, 'edge-issuer.json')

describe('an empty directory', () => {
  it('becomes a data directory, which has no secrets and is closed to others', async ({
    expect,
  }) => {
    await mkdir(join(directory, 'lost+found'))
    const opened = await openData(directory, OWNER)
    expect(opened).toEqual({
      ok: true,
      value: {
        isNew: true,
        record: {
          format: 1,
          publicUrl: OWNER.publicUrl,
          createdAt: '2026-11-30T12:00:00.000Z',
          version: '1.2.3',
          schemas: { ...SCHEMA_VERSIONS },
        },
      },
    })
    expect(JSON.parse(await readFile(record(), 'utf8'))).toEqual(opened.ok && opened.value.record)
    expect((await stat(record())).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'ledger'))).mode & 0o777).toBe(0o700)
  })

  it('has no record yet', async ({ expect }) => {
    expect(await readDataRecord(directory)).toEqual({ ok: true, value: undefined })
  })
})

describe('a directory with data', () => {
  beforeEach(async () => {
    await openData(directory, OWNER)
  })

  it('is opened again, by a newer version too; when it was created and restored stays', async ({
    expect,
  }) => {
    const before = await readDataRecord(directory)
    if (!before.ok || before.value === undefined) throw new Error('a record')
    const restored = { ...before.value, restoredAt: '2026-11-30T12:30:00.000Z' }
    await writeDataRecord(directory, restored)
    const later = { ...OWNER, version: '1.3.0', nowMs: OWNER.nowMs + 60_000 }
    const opened = await openData(directory, later)
    const value = { isNew: false, record: { ...restored, version: '1.3.0' } }
    expect(opened).toEqual({ ok: true, value })
    expect(await readDataRecord(directory)).toEqual({ ok: true, value: value.record })
  })

  it('of another worker is refused, with both URLs', async ({ expect }) => {
    const other = await openData(directory, { ...OWNER, publicUrl: 'https://other.example.com' })
    expect(other).toEqual({
      ok: false,
      error: expect.stringMatching(
        /the data of another worker: https:\/\/ca\.example\.com, .* publicUrl is https:\/\/other\.example\.com; use/,
      ),
    })
  })

  it.for([
    { what: 'format', change: { format: 2, more: true } },
    { what: 'schema', change: { schemas: { ...SCHEMA_VERSIONS, Ledger: 999 } } },
    { what: 'class', change: { schemas: { ...SCHEMA_VERSIONS, Other: 1 } } },
  ])(
    'with a newer $what is refused, with the version to install',
    async ({ change }, { expect }) => {
      const before: unknown = JSON.parse(await readFile(record(), 'utf8'))
      const newer = { ...Object(before), ...change, version: '9.9.9' }
      await writeFile(record(), JSON.stringify(newer))
      const opened = await openData(directory, OWNER)
      expect(opened).toEqual({
        ok: false,
        error: expect.stringMatching(/written by a newer program \(edge-issuer 9\.9\.9/),
      })
      expect(JSON.parse(await readFile(record(), 'utf8'))).toEqual(newer)
    },
  )

  it.for([
    { closed: { why: 'moved' }, message: /was moved: a final backup was made at 2026-11-30T12:30/ },
    {
      closed: { why: 'restoring', aside: 'ledger.replaced-1' },
      message: /restore that began at 2026-11-30T12:30.* has not finished; repeat it/,
    },
  ])('that is closed ($closed.why) is refused', async ({ closed, message }, { expect }) => {
    const before: unknown = JSON.parse(await readFile(record(), 'utf8'))
    const changed = { ...Object(before), closed: { ...closed, at: '2026-11-30T12:30:00.000Z' } }
    await writeFile(record(), JSON.stringify(changed))
    const opened = await openData(directory, OWNER)
    expect(opened).toEqual({ ok: false, error: expect.stringMatching(message) })
    expect(await readDataRecord(directory)).toEqual({ ok: true, value: changed })
  })

  it.for(['', '{', '[]', '{"format":1}', '{"format":0}'])(
    'with the record %j is refused, and stays as it is',
    async (text, { expect }) => {
      await writeFile(record(), text)
      const opened = await openData(directory, OWNER)
      expect(opened).toEqual({ ok: false, error: expect.stringMatching(/is damaged: /) })
      expect(await readFile(record(), 'utf8')).toBe(text)
    },
  )
})

it('a directory with other files is refused', async ({ expect }) => {
  await writeFile(join(directory, 'notes.txt'), '')
  expect(await openData(directory, OWNER)).toEqual({
    ok: false,
    error: expect.stringMatching(/has files but no edge-issuer\.json/),
  })
})

describe('the directory itself', () => {
  it.for([0o700, 0o750, 0o770])('of mode %o is fine', async (mode, { expect }) => {
    await chmod(directory, mode)
    expect(await checkDataDirectory(directory, 'serve')).toEqual({ ok: true, value: undefined })
  })

  it.for([0o755, 0o701, 0o777])('of mode %o is refused', async (mode, { expect }) => {
    await chmod(directory, mode)
    expect(await checkDataDirectory(directory, 'serve')).toEqual({
      ok: false,
      error: expect.stringMatching(/is open to other users .*chmod o-rwx/),
    })
  })

  it.for([
    ['serve', /does not exist; if this is the first start.*mkdir -m 700 .* not mounted/],
    ['backup', /does not exist; give the directory that "worker serve" has .* not mounted/],
    ['restore', /does not exist; on a new machine.*mkdir -m 700 .* not mounted/],
  ] as const)(
    'must exist for %s: an unmounted volume is not an empty ledger',
    async ([purpose, message], { expect }) => {
      expect(await checkDataDirectory(join(directory, 'missing'), purpose)).toEqual({
        ok: false,
        error: expect.stringMatching(message),
      })
    },
  )

  it('is no file', async ({ expect }) => {
    await writeFile(join(directory, 'file'), '')
    expect(await checkDataDirectory(join(directory, 'file'), 'serve')).toEqual({
      ok: false,
      error: expect.stringMatching(/is not a directory/),
    })
  })

  describe.skipIf(process.getuid?.() !== 0)('for root', () => {
    const OTHER_USER = 4242
    const REFUSED = /belongs to user 4242.*sudo -u '#4242'/

    it('is not one of another user', async ({ expect }) => {
      await chown(directory, OTHER_USER, OTHER_USER)
      expect(await checkDataDirectory(directory, 'serve')).toMatchObject({
        error: expect.stringMatching(REFUSED),
      })
    })

    it('is not one that another user can replace', async ({ expect }) => {
      const data = join(directory, 'data')
      await mkdir(data, { mode: 0o700 })
      await chown(directory, OTHER_USER, OTHER_USER)
      expect(await checkDataDirectory(data, 'serve')).toMatchObject({
        error: expect.stringMatching(REFUSED),
      })
    })

    it('is not reached through a link of another user', async ({ expect }) => {
      const data = join(directory, 'data')
      await mkdir(data, { mode: 0o700 })
      await mkdir(join(directory, 'user'))
      await symlink(data, join(directory, 'user/link'))
      await chown(join(directory, 'user'), OTHER_USER, OTHER_USER)
      expect(await checkDataDirectory(join(directory, 'user/link'), 'serve')).toMatchObject({
        error: expect.stringMatching(REFUSED),
      })
      expect(await checkDataDirectory(data, 'serve')).toEqual({ ok: true, value: undefined })
    })
  })
})
