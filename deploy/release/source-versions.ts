/**
 * Where the version of a release is in the sources: reads it, and replaces it.
 *
 * @module
 */
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changesOf } from './changes.ts'
import { ROOT } from './run-tool.ts'

/** Semantic Versioning 2.0.0 without build metadata, since an image tag cannot contain a plus sign. */
const SEMVER = String.raw`(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`
const TAG = new RegExp(`^v(?<version>${SEMVER})$`, 'u')

/** @param context - Regular expressions for the text before and after a version. */
const versionIn = (before: string, after = ''): RegExp =>
  new RegExp(`(?<=${before})${SEMVER}${after}`, 'gmu')

const DOCUMENTATION = ['README.md', 'docs/**/*.md', 'deploy/**/*.md']

/** Files, and what finds the version in them. */
const SOURCES: readonly { readonly files: readonly string[]; readonly version: RegExp }[] = [
  { files: ['shared/src/version.ts'], version: versionIn("VERSION = '") },
  { files: ['deploy/helm/*/Chart.yaml'], version: versionIn('^(?:version|appVersion): ') },
  {
    files: ['deploy/kustomize/workload/deployment.yaml'],
    version: versionIn('image: ghcr.io/edge-issuer/relay:'),
  },
  {
    files: DOCUMENTATION,
    version: versionIn(
      String.raw`ghcr\.io/edge-issuer/[\w/-]+:|charts/\S+ (?:\\\n *)?--version |edge-issuer/releases/download/v|edge-issuer/edge-issuer\S+\?ref=v|refs/tags/v|verify-tag v`,
    ),
  },
  {
    files: DOCUMENTATION,
    version: versionIn('edge-issuer(?:-[a-z]+)*-', String.raw`(?=\.(?:tgz|tar))`),
  },
  {
    files: DOCUMENTATION,
    version: versionIn('version: ', String.raw`(?=\n *repository: oci://ghcr\.io/edge-issuer/)`),
  },
]

/** Calls `visit` for every file with each expression that finds versions in it. */
async function eachSource(
  visit: (path: string, version: RegExp) => Promise<void>,
  cwd: string,
): Promise<void> {
  for (const { files, version } of SOURCES)
    for await (const path of glob(files, { cwd, exclude: ['**/dist', '**/node_modules'] }))
      await visit(path, version)
}

/** Versions by their place, as `FILE:LINE:COLUMN`. */
export type SourceVersions = Readonly<Record<string, string>>

/** @param root - Of the checkout. @returns The versions in the sources. */
export async function sourceVersions(root = ROOT): Promise<SourceVersions> {
  const versions: Record<string, string> = {}
  await eachSource(async (path, version) => {
    const text = await readFile(join(root, path), 'utf8')
    for (const { 0: found, index } of text.matchAll(version)) {
      const lines = text.slice(0, index).split('\n')
      versions[`${path}:${String(lines.length)}:${String(lines.at(-1)?.length)}`] = found
    }
  }, root)
  return versions
}

/**
 * Replaces the version in the sources.
 *
 * @param root - Of the checkout.
 * @returns The files that have changed.
 */
export async function replaceVersions(version: string, root = ROOT): Promise<readonly string[]> {
  const changed = new Set<string>()
  await eachSource(async (path, pattern) => {
    const file = join(root, path)
    const text = await readFile(file, 'utf8')
    const replaced = text.replaceAll(pattern, version)
    if (replaced === text) return
    changed.add(path)
    await writeFile(file, replaced)
  }, root)
  return [...changed]
}

/** @returns The version in a tag such as `v1.2.3`. */
export const versionOf = (tag: string): string | undefined => TAG.exec(tag)?.groups?.['version']

/**
 * @param tag - `v1.2.3`
 * @param changelog - The text of CHANGELOG.md.
 * @returns The version in the tag, and problems that prevent the release.
 */
export function checkTag(
  tag: string,
  { sources, changelog }: { readonly sources: SourceVersions; readonly changelog: string },
): { readonly version: string; readonly problems: readonly string[] } {
  const version = versionOf(tag)
  if (version === undefined)
    return { version: '', problems: [`invalid tag "${tag}"; expected a tag such as v1.2.3`] }
  const others = Object.entries(sources)
    .filter(([, found]) => found !== version)
    .map(([source, found]) => `${source} is ${found}; the tag is ${version}`)
  const hasChanges = changesOf(version, changelog) !== undefined
  return {
    version,
    problems: [...others, ...(hasChanges ? [] : [`CHANGELOG.md has no section ${version}`])],
  }
}
