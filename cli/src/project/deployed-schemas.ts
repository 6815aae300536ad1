import { SCHEMA_VERSIONS } from '@edge-issuer/signer-worker/schema-versions'

/** A line of the metric `edge_issuer_schema_version`, which workers of earlier versions do not have. */
const SCHEMA_SAMPLE = /^edge_issuer_schema_version\{class="(\w+)"\} (\d{1,6})$/gm

/**
 * Compares the tables of a deployed worker with what this version knows.
 *
 * @param metrics - Text of the worker's metrics.
 * @returns An error for each class whose tables are newer.
 */
export function newerSchemas(metrics: string): readonly string[] {
  const known = new Map<string, number>(Object.entries(SCHEMA_VERSIONS))
  return Array.from(metrics.matchAll(SCHEMA_SAMPLE)).flatMap(([, name = '', text = '']) => {
    const knownVersion = known.get(name) ?? 0
    return Number(text) > knownVersion
      ? [
          `the deployed worker has tables of schema version ${text} for ${name}, and this version of edge-issuer knows up to ${String(knownVersion)}: its objects would refuse every request; deploy a version that is not older than the deployed one`,
        ]
      : []
  })
}
