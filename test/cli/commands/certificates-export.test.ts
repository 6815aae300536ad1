import { writeFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, it, vi } from 'vitest'
import { aRecord, good, paged, setUp, upTo } from '../support/admin-harness.ts'
import { refusal, type StubAnswers } from '../support/stub-worker.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

const ledger = (total: number): ReturnType<typeof paged> =>
  paged(total, (indices, next) => ({ records: indices.map(aRecord), next }))

const linesOf = (indices: readonly number[]): string =>
  indices.map((index) => `${JSON.stringify(aRecord(index))}\n`).join('')

/** A worker that says `code` in place of the page after the first. */
const breaking = (total: number, code: Parameters<typeof refusal>[0]): StubAnswers => {
  const whole = ledger(total)
  let asked = 0
  return (request) => (++asked === 2 ? refusal(code) : whole(request))
}

const files = async (cwd: string): Promise<readonly string[]> =>
  (await readdir(cwd)).filter((name) => name.startsWith('x')).toSorted()

describe('certificates export', () => {
  it('prints a record a line', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(2), context)
    expect(await harness.certificates('export --client cluster-1')).toEqual({
      exitCode: 0,
      stdout: linesOf([1, 2]),
      stderr: 'exported 2 records\n',
    })
    expect(harness.asked()).toEqual(['/v1/admin/export?client=cluster-1&limit=500'])
  })

  it('--out writes a file for its owner, and nothing else', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(501), context)
    expect(await harness.certificates('export --out x.ndjson')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'exported 501 records in "x.ndjson"\n',
    })
    expect(await files(harness.cwd)).toEqual(['x.ndjson'])
    const path = join(harness.cwd, 'x.ndjson')
    expect(await readFile(path, 'utf8')).toBe(linesOf(upTo(501)))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('an export of nothing is an empty file', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(0), context)
    expect((await harness.certificates('export --out x.ndjson')).stderr).toBe(
      'exported 0 records in "x.ndjson"\n',
    )
    expect(await readFile(join(harness.cwd, 'x.ndjson'), 'utf8')).toBe('')
  })

  it('that breaks off keeps what it has under another name, and can go on', async ({
    expect,
    ...context
  }) => {
    const harness = await setUp(breaking(700, 'ledger_unavailable'), context)
    const first = await harness.certificates('export --out x.ndjson')
    expect(first.exitCode).toBe(4)
    expect(first.stderr).toContain(
      '; exported 500 records to "x.ndjson.partial" before the error: continue with the same command and --after c500',
    )
    expect(await files(harness.cwd)).toEqual(['x.ndjson.partial'])
    const again = await harness.certificates('export --out x.ndjson')
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('"x.ndjson.partial" already exists from an incomplete export')
    const second = await harness.certificates('export --out x.ndjson --after c500')
    expect(second).toMatchObject({ exitCode: 0, stderr: 'exported 200 records in "x.ndjson"\n' })
    expect(await files(harness.cwd)).toEqual(['x.ndjson'])
    expect(await readFile(join(harness.cwd, 'x.ndjson'), 'utf8')).toBe(linesOf(upTo(700)))
  })

  it('that breaks off on standard output says how to go on', async ({ expect, ...context }) => {
    const harness = await setUp(breaking(700, 'internal_error'), context)
    const { exitCode, stdout, stderr } = await harness.certificates('export')
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: linesOf(upTo(500)) })
    expect(stderr).toContain(
      'exported 500 records before the error: continue with the same command and --after c500',
    )
  })

  it('that is refused at once leaves nothing', async ({ expect, ...context }) => {
    const harness = await setUp(refusal('role_missing'), context)
    const { exitCode, stderr } = await harness.certificates('export --out x.ndjson')
    expect(exitCode).toBe(3)
    expect(stderr).toContain('(role_missing)')
    expect(stderr).not.toContain('--after')
    expect(await files(harness.cwd)).toEqual([])
  })

  it('--limit stops, and names the cursor', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(9), context)
    expect((await harness.certificates('export --limit 4')).stderr).toBe(
      'exported 4 records; there may be more records: continue with --after c4\n',
    )
  })

  it('overwrites no file, neither at the start nor at the end', async ({ expect, ...context }) => {
    const whole = ledger(1)
    let path = ''
    const harness = await setUp((request) => {
      writeFileSync(path, 'mine')
      return whole(request)
    }, context)
    path = join(harness.cwd, 'x.ndjson')
    const late = await harness.certificates('export --out x.ndjson')
    expect(late.exitCode).toBe(1)
    expect(late.stderr).toContain(
      '"x.ndjson" already exists and is not overwritten; the complete export is in "x.ndjson.partial"',
    )
    const early = await harness.certificates('export --out x.ndjson')
    expect(early.exitCode).toBe(1)
    expect(early.stderr).toContain('"x.ndjson" already exists')
    expect(harness.asked()).toHaveLength(1)
    expect(await readFile(path, 'utf8')).toBe('mine')
  })

  it('says where it cannot write', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(1), context)
    const { exitCode, stderr } = await harness.certificates('export --out nowhere/x.ndjson')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('cannot write "nowhere/x.ndjson.partial": no such file')
    expect(harness.asked()).toEqual([])
  })

  it('shows progress on a terminal, and takes it away', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(501), context)
    const { stderr } = await harness.certificates('export --out x.ndjson', { showsProgress: true })
    const erase = '\u{1b}[2K\r'
    expect(stderr).toBe(
      `${erase}500 records${erase}501 records${erase}exported 501 records in "x.ndjson"\n`,
    )
  })

  it('stops when its reader ends', async ({ expect, ...context }) => {
    const harness = await setUp(ledger(5000), context)
    let pages = 0
    const { exitCode, stderr } = await harness.certificates('export', {
      isOutputRead: () => ++pages <= 2,
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('standard output is closed')
    expect(harness.asked()).toHaveLength(3)
  })

  it('takes a page that is far larger than an answer to a relay', async ({
    expect,
    ...context
  }) => {
    const ca = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(6_000)}\n-----END CERTIFICATE-----\n`
    const records = upTo(500).map((index) => Object.assign(aRecord(index), { ca }))
    const harness = await setUp(good({ records, next: null }), context)
    const { stderr } = await harness.certificates('export')
    expect(stderr).toBe('exported 500 records\n')
  })
})
