import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CORPUS_DIRECTORY, readCorpus } from '@edge-issuer/testbed/field-csrs/corpus'
import { afterEach, beforeEach, describe, it } from 'vitest'

describe('the corpus of this repository', () => {
  it('has a file for every entry', async ({ expect }) => {
    const corpus = await readCorpus(CORPUS_DIRECTORY)
    expect(corpus.ok && corpus.value.length).toBe(104)
  })
})

describe('another directory', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'field-csrs-test-'))
    await mkdir(join(directory, 'csr'))
  })
  afterEach(async () => rm(directory, { recursive: true }))

  const write = async (manifest: string, ...names: readonly string[]): Promise<void> => {
    await writeFile(join(directory, 'manifest.json'), manifest)
    for (const name of names) await writeFile(join(directory, 'csr', `${name}.pem`), name)
  }

  it('is read in the order of the manifest, members that are not known and all', async ({
    expect,
  }) => {
    await write(
      '\uFEFF{"ü b": {"expect": "either", "x": 1}, "-a": {"expect": "sign"}}',
      'ü b',
      '-a',
    )
    const corpus = await readCorpus(directory)
    expect(corpus.ok && corpus.value).toEqual([
      {
        name: 'ü b',
        expect: 'either',
        file: join(directory, 'csr', 'ü b.pem'),
        content: new TextEncoder().encode('ü b'),
      },
      {
        name: '-a',
        expect: 'sign',
        file: join(directory, 'csr', '-a.pem'),
        content: new TextEncoder().encode('-a'),
      },
    ])
  })

  it.for([
    ['not JSON', 'hello', /manifest\.json is not JSON/],
    ['no object', '[1]', /manifest\.json: : Invalid input/],
    ['no entry', '{}', /names no request/],
    ['an entry without an expectation', '{"a": {}}', /manifest\.json: a\.expect: /],
    ['another expectation', '{"a": {"expect": "maybe"}}', /a\.expect: .*"sign"/],
    ['a name that is a path', '{"../a": {"expect": "sign"}}', /"\.\.\/a" cannot be the name/],
    ['no file', '{"a": {"expect": "sign"}, "b": {"expect": "sign"}}', /a\.pem.*\n.*b\.pem/],
  ] as const)('with %s is refused', async ([, manifest, message], { expect }) => {
    await write(manifest)
    const corpus = await readCorpus(directory)
    expect(corpus.ok ? '' : corpus.error).toMatch(message)
  })

  it('that does not exist is refused', async ({ expect }) => {
    const corpus = await readCorpus(join(directory, 'none'))
    expect(corpus.ok ? '' : corpus.error).toMatch(/cannot read .*none.manifest\.json: ENOENT/)
  })

  it('lists twenty problems, and counts the rest', async ({ expect }) => {
    const names = Array.from({ length: 25 }, (_, at) => [`n${String(at)}`, { expect: 'sign' }])
    await write(JSON.stringify(Object.fromEntries(names)))
    const corpus = await readCorpus(directory)
    expect(corpus.ok ? [] : corpus.error.split('\n')).toHaveLength(21)
    expect(corpus.ok ? '' : corpus.error).toMatch(/and 5 more problems$/)
  })
})
