/**
 * The version of a release, in every place that says it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { VERSION } from '../../cli/src/version.ts'
import { changesOf } from './changes.ts'

/** Semantic Versioning 2.0.0, without what is about builds: an image's tag cannot hold its plus sign. */
const TAG =
  /^v(?<version>(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$/u

/** By place: what it says. */
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

/** Reads what the sources say. */
export async function sourceVersions(): Promise<SourceVersions> {
  const chart = chartSchema.parse(parse(await read('deploy/helm/edge-issuer/Chart.yaml')))
  const [deployment] = parseAllDocuments(await read('deploy/kustomize/workload/deployment.yaml'))
  const { containers } = deploymentSchema.parse(deployment?.toJS()).spec.template.spec
  const { image } = containers[0]
  return {
    'cli/src/version.ts': VERSION,
    'version of the chart': chart.version,
    'appVersion of the chart': chart.appVersion,
    'image of the kustomization': image.slice(image.lastIndexOf(':') + 1),
  }
}

/**
 * @param tag - `v1.2.3`
 * @param changelog - The text of CHANGELOG.md.
 * @returns The version that the tag names, and what speaks against releasing it.
 */
export function judgeTag(
  tag: string,
  { sources, changelog }: { readonly sources: SourceVersions; readonly changelog: string },
): { readonly version: string; readonly faults: readonly string[] } {
  const version = TAG.exec(tag)?.groups?.['version']
  if (version === undefined) return { version: '', faults: [`"${tag}" is not like v1.2.3`] }
  const others = Object.entries(sources)
    .filter(([, said]) => said !== version)
    .map(([place, said]) => `${place} says ${said}, the tag ${version}`)
  const isTold = changesOf(version, changelog) !== undefined
  return { version, faults: [...others, ...(isTold ? [] : [`CHANGELOG.md has no ${version}`])] }
}
