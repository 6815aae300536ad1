import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { lockProblems, lockSchema } from './lock.ts'

const HASH = `sha512-${'A'.repeat(86)}==`

const problems = (packages: object): readonly string[] =>
  lockProblems(lockSchema.parse({ lockfileVersion: 3, packages }))

describe('package-lock.json', () => {
  it('locks the bytes of every package, for every platform', async ({ expect }) => {
    const text = await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
    const lock = lockSchema.parse(JSON.parse(text))
    expect(Object.keys(lock.packages).length).toBeGreaterThan(200)
    expect(lockProblems(lock)).toEqual([])
  })
})

describe('lockProblems', () => {
  it.for([
    { what: 'a package with its hash', entry: { integrity: HASH } },
    { what: 'a link to a workspace', entry: { link: true, resolved: 'cli' } },
    {
      what: "a package of npm's registry",
      entry: { integrity: HASH, resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' },
    },
  ])('accepts $what', ({ entry }, { expect }) => {
    expect(problems({ 'node_modules/a': entry })).toEqual([])
  })

  it.for([
    { what: 'no hash', entry: {} },
    { what: 'no hash of a package for another platform', entry: { optional: true, os: ['win32'] } },
    { what: 'SHA-1', entry: { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' } },
    {
      what: 'a weaker hash beside',
      entry: { integrity: `${HASH} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=` },
    },
    { what: 'another registry', entry: { integrity: HASH, resolved: 'https://example.com/a.tgz' } },
    { what: 'git', entry: { integrity: HASH, resolved: 'git+ssh://git@github.com/a/a.git#0123' } },
  ])('refuses $what', ({ entry }, { expect }) => {
    expect(problems({ 'node_modules/a': entry })).toHaveLength(1)
    expect(problems({ 'node_modules/x/node_modules/@a/b': entry })).toHaveLength(1)
  })

  it('refuses a package for a platform that is named and not locked', ({ expect }) => {
    const a = {
      integrity: HASH,
      optionalDependencies: { 'a-linux': '1.0.0', 'a-windows': '1.0.0' },
    }
    const locked = { 'node_modules/a': a, 'node_modules/a-linux': { integrity: HASH } }
    expect(problems(locked)).toEqual(['node_modules/a needs a-windows, which is not locked'])
    const nested = { ...locked, 'node_modules/a/node_modules/a-windows': { integrity: HASH } }
    expect(problems(nested)).toEqual([])
  })
})
