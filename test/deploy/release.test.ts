import { describe, it } from 'vitest'
import { baseImages } from '../../deploy/release/base-images.ts'
import { changesOf } from '../../deploy/release/changes.ts'
import { chartRunbookUrl, repositoryProblems } from '../../deploy/release/repository.ts'
import { checkTag, sourceVersions } from '../../deploy/release/source-versions.ts'

const CHANGELOG = `# Changelog

Words before.

## Unreleased

- Something new.

## 1.10.0 (2026-11-24)

- One.

### More

- Two.

## 1.1.0

- Older.

## 0.9.0
`

describe('changesOf', () => {
  it.for([
    { version: '1.10.0', text: '- One.\n\n### More\n\n- Two.' },
    { version: '1.1.0', text: '- Older.' },
    { version: '1.1', text: undefined },
    { version: '0.9.0', text: undefined },
    { version: '2.0.0', text: undefined },
  ])('of $version', ({ version, text }, { expect }) => {
    expect(changesOf(version, CHANGELOG)).toBe(text)
  })
})

describe('a tag', () => {
  const sources = { chart: '1.1.0', command: '1.1.0' }

  it('that says what the sources say is good', ({ expect }) => {
    expect(checkTag('v1.1.0', { sources, changelog: CHANGELOG })).toEqual({
      version: '1.1.0',
      problems: [],
    })
  })

  it('that differs from a source is reported with every source', ({ expect }) => {
    const { problems } = checkTag('v1.2.0-rc.1', {
      sources: { ...sources, command: '1.2.0-rc.1' },
      changelog: CHANGELOG,
    })
    expect(problems).toEqual([
      'chart is 1.1.0; the tag is 1.2.0-rc.1',
      'CHANGELOG.md has no section 1.2.0-rc.1',
    ])
  })

  it.for(['1.1.0', 'v1.1', 'v01.1.0', 'v1.1.0+build', 'v1.1.0 ', ''])(
    '"%s" is none',
    (tag, { expect }) => {
      expect(checkTag(tag, { sources, changelog: CHANGELOG }).problems).toEqual([
        `invalid tag "${tag}"; expected a tag such as v1.2.3`,
      ])
    },
  )
})

it('every source says the same version', async ({ expect }) => {
  const versions = Object.values(await sourceVersions())
  expect(versions.length).toBeGreaterThan(3)
  expect([...new Set(versions)]).toHaveLength(1)
})

describe('baseImages', () => {
  const digest = `sha256:${'a'.repeat(64)}`

  it('pins each by the digest of its tag', async ({ expect }) => {
    const asked: string[] = []
    const { build, runtime } = await baseImages(async (reference) => {
      asked.push(reference)
      return Promise.resolve(digest)
    })
    expect([build, runtime]).toEqual(asked.map((reference) => `${reference}@${digest}`))
    expect(runtime).toContain('distroless/nodejs24')
  })

  it.for(['', 'latest', `${digest}0`, `${digest}\n`])(
    'refuses "%s"',
    async (answer, { expect }) => {
      await expect(baseImages(async () => Promise.resolve(answer))).rejects.toThrow(
        'is not a digest',
      )
    },
  )
})

describe('repositoryProblems', () => {
  it('has none for the repository that the chart names', async ({ expect }) => {
    expect(repositoryProblems('edge-issuer/edge-issuer', await chartRunbookUrl())).toEqual([])
  })

  it.for(['acme/edge-issuer', 'edge-issuer/edge', '', 'edge-issuer', 'a/b/c'])(
    'has one for "%s"',
    async (repository, { expect }) => {
      expect(repositoryProblems(repository, await chartRunbookUrl())).toHaveLength(1)
    },
  )
})
