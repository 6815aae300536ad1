/**
 * `GET {publicUrl}/v1/admin/metrics`: what the ledgers count, in the Prometheus text format.
 *
 * The counters are those of the ledgers, so they survive every isolate. What never came to a ledger (a
 * request that no registered key signed, a body that is not one of the protocol) is in the log alone.
 *
 * @module
 */
import type { Handler } from 'hono'
import type { RegisteredLedger } from '../../../directory/messages.ts'
import { askLedger } from '../../../ledger/client.ts'
import { SCHEMA_VERSIONS } from '../../../schema-versions.ts'
import { type AppContext, type AppEnv, addLogFields } from '../../context.ts'
import { answerMetrics, refuseForAll } from '../../respond.ts'
import { authorityMetric, ISSUED, REFUSED, REPLAYED } from './metric-heads.ts'
import { renderMetrics, type Sample } from './prometheus.ts'
import { selectLedgers } from './select-ledgers.ts'

/** Answers with counters of every ledger, and when each issuing CA ends. */
export const metrics: Handler<AppEnv> = async (c) => {
  const selected = await selectLedgers(c, {})
  if (!selected.ok) return refuseForAll(c, selected.error)
  const ledgers = await Promise.all(selected.value.map(async (ledger) => samplesOf(c, ledger)))
  const gather = (name: keyof LedgerSamples): readonly Sample[] =>
    ledgers.flatMap((samples) => samples[name])
  addLogFields(c, { outcome: 'measured' })
  return answerMetrics(
    c,
    renderMetrics([
      {
        name: 'edge_issuer_ledger_up',
        type: 'gauge',
        help: 'Whether the ledger object answered; without an answer it has no other samples.',
        samples: gather('up'),
      },
      { ...ISSUED, samples: gather('issued') },
      { ...REPLAYED, samples: gather('replayed') },
      { ...REFUSED, samples: gather('refused') },
      {
        name: 'edge_issuer_ledger_size_bytes',
        type: 'gauge',
        help: 'Size of the database of a ledger object.',
        samples: gather('size'),
      },
      authorityMetric(c.get('config')),
      {
        name: 'edge_issuer_schema_version',
        type: 'gauge',
        help: 'Newest version of the tables that the deployed code knows, by class of Durable Objects.',
        samples: Object.entries(SCHEMA_VERSIONS).map(([name, value]) => ({
          labels: { class: name },
          value,
        })),
      },
    ]),
  )
}

interface LedgerSamples {
  readonly up: readonly Sample[]
  readonly issued: readonly Sample[]
  readonly replayed: readonly Sample[]
  readonly refused: readonly Sample[]
  readonly size: readonly Sample[]
}

async function samplesOf(c: AppContext, ledger: RegisteredLedger): Promise<LedgerSamples> {
  const { issuer, client, shard } = ledger
  const labels = { issuer, client, shard: String(shard) }
  const asked = await askLedger(c.env, ledger, async (object) => object.counters())
  if (!asked.ok) {
    return { up: [{ labels, value: 0 }], issued: [], replayed: [], refused: [], size: [] }
  }
  const { issued, replayed, refused, databaseBytes } = asked.value
  return {
    up: [{ labels, value: 1 }],
    issued: [{ labels, value: issued }],
    replayed: [{ labels, value: replayed }],
    refused: Object.entries(refused).map(([code, value]) => ({
      labels: { ...labels, code },
      value,
    })),
    size: [{ labels, value: databaseBytes }],
  }
}
