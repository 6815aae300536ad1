import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { VERSION } from '../../cli/src/version.ts'
import { baseImages } from '../../deploy/release/base-images.ts'
import { changesOf, withReleasedChanges } from '../../deploy/release/changes.ts'
import { CHARTS } from '../../deploy/release/charts.ts'
import { builderIn, provenanceOf } from '../../deploy/release/provenance.ts'
import { chartRunbookUrl, repositoryProblems } from '../../deploy/release/repository.ts'
import { ROOT } from '../../deploy/release/run-tool.ts'
import {
  checkTag,
  replaceVersions,
  type SourceVersions,
  sourceVersions,
} from '../../deploy/release/source-versions.ts'

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

const filesOf = (versions: SourceVersions): readonly string[] => [
  ...new Set(Object.keys(versions).map((place) => place.split(':')[0] ?? '')),
]

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

describe('withReleasedChanges', () => {
  const title = '2.0.0 (2026-11-30)'

  it.for(['## Unreleased', '## 2.0.0-rc.1 (2026-11-24)'])(
    'makes "%s" the section of the version',
    (heading, { expect }) => {
      const changelog = CHANGELOG.replace('## Unreleased', heading)
      const released = withReleasedChanges(title, changelog)
      expect(released).toBe(CHANGELOG.replace('## Unreleased', `## ${title}`))
      expect(changesOf('2.0.0', released)).toBe('- Something new.')
    },
  )

  it('changes no section of another version', ({ expect }) => {
    const changelog = CHANGELOG.replace('## Unreleased', '## 1.11.0')
    expect(withReleasedChanges(title, changelog)).toBe(changelog)
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

describe('the version in the sources', () => {
  it('is the same everywhere', async ({ expect }) => {
    const versions = await sourceVersions()
    expect([...new Set(Object.values(versions))]).toEqual([VERSION])
    expect(filesOf(versions)).toEqual(
      expect.arrayContaining([
        'shared/src/version.ts',
        ...CHARTS.map((chart) => `deploy/helm/${chart}/Chart.yaml`),
        'deploy/kustomize/workload/deployment.yaml',
        'deploy/README.md',
        'docs/ca-ceremony.md',
        'docs/releasing.md',
      ]),
    )
  })

  it('is replaced everywhere', async ({ expect, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'release-version-'))
    onTestFinished(async () => rm(folder, { recursive: true }))
    const before = await sourceVersions()
    const files = filesOf(before)
    for (const file of files) await cp(join(ROOT, file), join(folder, file))
    const next = '10.20.30-rc.1'
    expect((await replaceVersions(next, folder)).toSorted()).toEqual(files.toSorted())
    const after = await sourceVersions(folder)
    expect([...new Set(Object.values(after))]).toEqual([next])
    expect(Object.keys(after)).toHaveLength(Object.keys(before).length)
    for (const file of files) {
      const lines = (await readFile(join(folder, file), 'utf8')).split('\n')
      const left = lines.filter((line) => line.includes('edge-issuer') && line.includes(VERSION))
      expect(left).toEqual([])
    }
  })
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
