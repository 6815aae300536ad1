/**
 * Checks that the chart links to documents in the repository of the release.
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
 * @param repository - `OWNER/NAME`, as in `GITHUB_REPOSITORY`.
 * @returns Problems with the chart's links.
 */
export function repositoryProblems(repository: string, runbookUrl: string): readonly string[] {
  if (!/^[\w.-]+\/[\w.-]+$/u.test(repository)) {
    return [`invalid --repository "${repository}"; expected OWNER/NAME`]
  }
  const expected = `https://github.com/${repository}/blob/v{version}/docs/metrics.md`
  if (runbookUrl === expected) return []
  return [`runbookUrl in values.yaml of the chart is ${runbookUrl}; this release needs ${expected}`]
}
