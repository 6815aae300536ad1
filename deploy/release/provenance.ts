/**
 * The provenance statement of a release: in-toto Statement v1 with the predicate of SLSA Provenance v1. It is not
 * signed; the attestations of the workflow are.
 *
 * @module
 */
import type { SourceCommit } from './source-commit.ts'

/** Something with a digest. */
export interface DigestOf {
  readonly name: string
  /** In hexadecimal. */
  readonly sha256: string
}

/** Where a release is made. */
export interface Builder {
  /** URI of what runs the build. */
  readonly id: string
  /** `@refs/tags/v1.2.3`, or nothing on another machine. */
  readonly ref: string
  /** URI of this run, if it has one. */
  readonly invocationId?: string | undefined
}

/** The content of the statement. */
export interface ProvenanceFacts {
  readonly version: string
  readonly source: SourceCommit
  /** `https://github.com/OWNER/NAME` */
  readonly repository: string
  readonly subjects: readonly DigestOf[]
  /** Files and images that the release is made from. */
  readonly materials: readonly DigestOf[]
  readonly builder: Builder
}

/** @returns The statement as JSON. */
export function provenanceOf(facts: ProvenanceFacts): string {
  const { version, source, repository, subjects, materials, builder } = facts
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${repository}/blob/v${version}/docs/releasing.md`,
        externalParameters: { version, source: `git+${repository}` },
        internalParameters: { modifiedCheckout: source.isModified },
        resolvedDependencies: [
          { uri: `git+${repository}${builder.ref}`, digest: { gitCommit: source.commit } },
          ...materials.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
        ],
      },
      runDetails: {
        builder: { id: builder.id },
        ...(builder.invocationId === undefined
          ? {}
          : { metadata: { invocationId: builder.invocationId } }),
      },
    },
  }
  return `${JSON.stringify(statement, undefined, 2)}\n`
}

/** @returns The builder that the variables of GitHub Actions name, otherwise this machine. */
export function builderIn(env: NodeJS.ProcessEnv, repository: string): Builder {
  const { GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow } = env
  if (server === undefined || workflow === undefined) {
    return { id: `${repository}/blob/main/docs/releasing.md#rehearse-a-release`, ref: '' }
  }
  const { GITHUB_REPOSITORY: name, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = env
  return {
    id: `${server}/${workflow}`,
    ref: `@${env['GITHUB_REF'] ?? ''}`,
    invocationId: `${server}/${name ?? ''}/actions/runs/${run ?? ''}/attempts/${attempt ?? ''}`,
  }
}
