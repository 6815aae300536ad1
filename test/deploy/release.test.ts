import { describe, it } from 'vitest'
import { baseImages } from '../../deploy/release/base-images.ts'
import { changesOf } from '../../deploy/release/changes.ts'
import { builderIn, provenanceOf } from '../../deploy/release/provenance.ts'
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

describe('builderIn', () => {
  const repository = 'https://github.com/edge-issuer/edge-issuer'

  it('names the run of a workflow', ({ expect }) => {
    const env = {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'edge-issuer/edge-issuer',
      GITHUB_WORKFLOW_REF:
        'edge-issuer/edge-issuer/.github/workflows/release.yaml@refs/tags/v1.0.0',
      GITHUB_REF: 'refs/tags/v1.0.0',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '2',
    }
    const builder = builderIn(env, repository)
    expect(builder).toEqual({
      id: `${repository}/.github/workflows/release.yaml@refs/tags/v1.0.0`,
      ref: '@refs/tags/v1.0.0',
      invocationId: `${repository}/actions/runs/7/attempts/2`,
    })
    const statement = provenanceOf({
      version: '1.0.0',
      source: { commit: 'abc', time: '2026-11-30T00:00:00Z', isModified: false },
      repository,
      subjects: [],
      materials: [],
      builder,
    })
    expect(JSON.parse(statement)).toMatchObject({
      predicate: {
        buildDefinition: {
          resolvedDependencies: [
            { uri: `git+${repository}@refs/tags/v1.0.0`, digest: { gitCommit: 'abc' } },
          ],
        },
        runDetails: { builder: { id: builder.id } },
      },
    })
  })

  it('names no tag on another machine', ({ expect }) => {
    expect(builderIn({}, repository)).toEqual({
      id: `${repository}/blob/main/docs/releasing.md#rehearse-a-release`,
      ref: '',
    })
  })
})
