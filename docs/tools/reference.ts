/** The parts of the documents that are generated from the code. */
import { readFile } from 'node:fs/promises'
import { acceptanceTable, criteriaTable } from './acceptance-table.ts'
import { commandSections, commandTable, exitCodeTable } from './cli-reference.ts'
import { costByClusters, costByLifetime } from './cost-model.ts'
import { issuerTables } from './issuer-fields.ts'
import { metricTable, relayMetricFacts, workerMetricFacts } from './metric-tables.ts'
import { planLimits } from './plan-limits.ts'
import { protocolParts } from './protocol-reference.ts'
import { refusalTable } from './refusal-table.ts'
import { relayFlagTable } from './relay-flags.ts'
import { replaceGenerated } from './tables.ts'
import { userTextBlocks } from './user-texts.ts'
import { clientTable, workerTables } from './worker-configuration.ts'

/** A document as it is, and as it should be. */
export interface GeneratedDocument {
  /** Path from the root of the repository. */
  readonly name: string
  readonly file: URL
  readonly current: string
  readonly wanted: string
}

/** @returns Every document with generated parts; layout is left to oxfmt. */
export async function generatedDocuments(): Promise<readonly GeneratedDocument[]> {
  const { spec, status } = await issuerTables()
  return Promise.all([
    documentOf('docs/configuration.md', {
      worker: workerTables(),
      clients: clientTable(),
      relay: relayFlagTable(),
      'issuer spec': spec,
      'issuer status': status,
    }),
    documentOf('docs/messages.md', await userTextBlocks()),
    documentOf('docs/protocol.md', await protocolParts()),
    documentOf('docs/troubleshooting.md', { refusals: refusalTable() }),
    documentOf('docs/cli.md', {
      commands: commandTable(),
      'exit codes': exitCodeTable(),
      help: await commandSections(),
    }),
    documentOf('docs/metrics.md', {
      relay: metricTable(await relayMetricFacts()),
      worker: metricTable(await workerMetricFacts()),
    }),
    documentOf('docs/deploy-worker.md', { 'plan limits': planLimits() }),
    documentOf('docs/cost.md', {
      'by clusters': costByClusters(),
      'by lifetime': costByLifetime(),
    }),
    documentOf('test/acceptance.md', { criteria: criteriaTable(), tests: await acceptanceTable() }),
  ])
}

async function documentOf(
  name: string,
  parts: Readonly<Record<string, string>>,
): Promise<GeneratedDocument> {
  const file = new URL(`../../${name}`, import.meta.url)
  const current = await readFile(file, 'utf8')
  let wanted = current
  for (const [part, text] of Object.entries(parts)) wanted = replaceGenerated(wanted, part, text)
  return { name, file, current, wanted }
}
