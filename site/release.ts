/**
 * Which version the site documents, and which others are published beside it.
 *
 * @module
 */
import { VERSION } from '../cli/src/version.ts'

/** Where the sources are. */
export const REPOSITORY_URL = 'https://github.com/edge-issuer/edge-issuer'

/** Environment variables of a build for a release. Without them the site documents the checkout. */
export interface ReleaseEnvironment {
  /** The tag that is documented: `v0.1.0`. */
  readonly SITE_TAG?: string | undefined
  /** All tags that are published, newest first, separated by commas. */
  readonly SITE_TAGS?: string | undefined
}

/** The version that a site documents. */
export interface Release {
  /** Shown in titles: `0.1.0`, or `0.1.0, unreleased`. */
  readonly label: string
  /** What links into the repository name: a tag or a branch. */
  readonly ref: string
  /** Tags of the sites beside this one, newest first. Each is in a folder of its name. */
  readonly others: readonly string[]
}

const TAG = /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/u

/** @throws Error for a tag that is not the one of a version. */
export function releaseOf({ SITE_TAG, SITE_TAGS = '' }: ReleaseEnvironment): Release {
  const tags = SITE_TAGS.split(',').filter((tag) => tag !== '')
  const wrong = [...tags, ...(SITE_TAG === undefined ? [] : [SITE_TAG])].find(
    (tag) => !TAG.test(tag),
  )
  if (wrong !== undefined) throw new Error(`invalid tag "${wrong}"; expected a tag such as v1.2.3`)
  if (SITE_TAG === undefined) return { label: `${VERSION}, unreleased`, ref: 'main', others: tags }
  return {
    label: SITE_TAG.slice(1),
    ref: SITE_TAG,
    others: tags.filter((tag) => tag !== SITE_TAG),
  }
}
