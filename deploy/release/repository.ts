/**
 * The repository that a release is made in: the chart links to its documents.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

const valuesSchema = z.looseObject({
  prometheus: z.looseObject({ rule: z.looseObject({ runbookUrl: z.string() }) }),
})

/** The default of the chart's `prometheus.rule.runbookUrl`. */
export async function chartRunbookUrl(): Promise<string> {
  const file = new URL('../helm/edge-issuer/values.yaml', import.meta.url)
  return valuesSchema.parse(parse(await readFile(file, 'utf8'))).prometheus.rule.runbookUrl
}

/**
 * @param repository - `OWNER/NAME`, as GitHub Actions has it in `GITHUB_REPOSITORY`.
 * @returns What keeps the chart's links from working in a release of this repository.
 */
export function repositoryProblems(repository: string, runbookUrl: string): readonly string[] {
  if (!/^[\w.-]+\/[\w.-]+$/u.test(repository)) {
    return [`--repository is "${repository}", not OWNER/NAME`]
  }
  const expected = `https://github.com/${repository}/blob/v{version}/docs/metrics.md`
  if (runbookUrl === expected) return []
  return [`runbookUrl in values.yaml of the chart is ${runbookUrl}; this release needs ${expected}`]
}
