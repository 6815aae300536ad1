/**
 * Reads the version of a release from all sources that contain it.
 *
 * @module
 */
import { glob, readFile } from 'node:fs/promises'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { VERSION } from '../../cli/src/version.ts'
import { changesOf } from './changes.ts'
import { CHARTS, chartFile } from './charts.ts'

/** Semantic Versioning 2.0.0 without build metadata, since an image tag cannot contain a plus sign. */
const TAG =
  /^v(?<version>(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$/u

/** Versions by their source. */
export type SourceVersions = Readonly<Record<string, string>>

const read = async (path: string): Promise<string> =>
  readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

const chartSchema = z.object({ version: z.string(), appVersion: z.string() })
const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.tuple([z.looseObject({ image: z.string() })]) }),
    }),
  }),
})

/** A chart's image has the tag of its appVersion. */
async function chartVersions(name: string): Promise<SourceVersions> {
  const text = await readFile(chartFile(name, 'Chart.yaml'), 'utf8')
  const { version, appVersion } = chartSchema.parse(parse(text))
  return {
    [`version of the chart ${name}`]: version,
    [`appVersion of the chart ${name}`]: appVersion,
  }
}

/** References to artifacts of a release in the documentation. */
const REFERENCE =
  /(?:ghcr\.io\/edge-issuer\/[\w/-]+:|charts\/\S+ --version |edge-issuer\/releases\/download\/v|refs\/tags\/v)(?<version>\d+\.\d+\.\d+(?:-[\w.]+)?)/gu

/** Versions of this project's artifacts in the documentation, by file and reference. */
async function documentedVersions(): Promise<SourceVersions> {
  const root = new URL('../..', import.meta.url)
  const versions: Record<string, string> = {}
  for await (const path of glob(['docs/**/*.md', 'deploy/**/*.md', 'README.md'], { cwd: root })) {
    for (const { 0: reference, groups } of (await read(path)).matchAll(REFERENCE)) {
      versions[`${path}: ${reference}`] = groups?.['version'] ?? ''
    }
  }
  return versions
}

/** Reads the versions in the sources. */
export async function sourceVersions(): Promise<SourceVersions> {
  const charts = await Promise.all(CHARTS.map(chartVersions))
  const [deployment] = parseAllDocuments(await read('deploy/kustomize/workload/deployment.yaml'))
  const { containers } = deploymentSchema.parse(deployment?.toJS()).spec.template.spec
  const { image } = containers[0]
  return {
    'cli/src/version.ts': VERSION,
    ...Object.fromEntries(charts.flatMap(Object.entries<string>)),
    ...(await documentedVersions()),
    'image of the kustomization': image.slice(image.lastIndexOf(':') + 1),
  }
}

/**
 * @param tag - `v1.2.3`
 * @param changelog - The text of CHANGELOG.md.
 * @returns The version in the tag, and problems that prevent the release.
 */
export function checkTag(
  tag: string,
  { sources, changelog }: { readonly sources: SourceVersions; readonly changelog: string },
): { readonly version: string; readonly problems: readonly string[] } {
  const version = TAG.exec(tag)?.groups?.['version']
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
