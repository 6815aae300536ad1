/**
 * `npm run bench -- fairness`: what issuers that do not respond cost everyone else.
 *
 * @module
 */
import {
  type AttackName,
  ATTACKS,
  type Battlefield,
  clearAway,
  mount,
} from '../../test/support/edge/attack.ts'
import { startHostileWorker } from '../../test/support/edge/hostile-worker.ts'
import {
  grantManifest,
  type IssuerKind,
  issuerManifest,
  secretManifest,
} from '../../test/support/edge/objects.ts'
import { healthOf } from '../../test/support/edge/worker-health.ts'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, OURS, startCluster, waitUntilReady } from '../cluster/cluster.ts'
import { LOAD_CONNECTIONS } from '../cluster/load.ts'
import { type IssuerRef, NAMESPACE } from '../cluster/requests.ts'
import type { BenchCommand } from '../command.ts'
import { createHostileRequests } from './hostile-requests.ts'
import { probe } from './probes.ts'
import {
  type Attacked,
  isUnfair,
  LIMIT_MS,
  LIMIT_RATIO,
  summarize,
  table,
  type Waits,
} from './summary.ts'

/** The healthy issuers, one of each kind; both have the real worker. */
const HEALTHY: Readonly<Record<IssuerKind, IssuerRef>> = {
  Issuer: { group: 'edge-issuer.dev', kind: 'Issuer', name: 'healthy' },
  ClusterIssuer: OURS,
}
const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']
/** Of requests by each of the two healthy issuers. */
const EVERY_MS = 250
const STOP_GRACE_MS = 40_000
const ALL = 'all'

/** `npm run bench -- fairness`. */
export const fairness: BenchCommand = {
  summary: 'certificates of others while the worker of one tenant does not respond',
  description: `Requests certificates at a steady rate from a healthy Issuer and from a healthy ClusterIssuer, while
hostile Issuers, then hostile ClusterIssuers, attack the relay in one way after the other:

${Object.keys(ATTACKS)
  .map((name) => `  ${name}`)
  .join('\n')}

sign-N hangs in N requests for a certificate of one issuer, health-N in the health check of N issuers;
dead-proxy does not answer CONNECT, and dead-address no SYN, to 64 requests. Each attack has a relay of
its own, as it is shipped. Without an attack is measured before the first and after the last one.

  p50Ms, p99Ms  from the create of a request to its Ready, as a watch tells
  ratio         p99Ms in units of that without an attack

Fails when a ratio is above ${String(LIMIT_RATIO)} or a p99Ms is not below ${String(LIMIT_MS)}.`,
  numbers: {
    seconds: {
      summary: 'of requests by the healthy issuers, in each attack',
      fallback: 60,
      min: 1,
      max: 3_600,
      isWhole: true,
    },
  },
  texts: {
    attacks: { summary: 'names, separated by commas', value: 'NAMES', fallback: ALL },
  },
  switches: {},
  run: async ({ numbers: { seconds = 1 }, texts: { attacks = ALL } }, report) => {
    const names = readAttacks(attacks)
    const cluster = await startCluster(report)
    const api = await openApi(cluster.plane, LOAD_CONNECTIONS + 2)
    const bench = { cluster, api, report, count: Math.ceil((seconds * 1_000) / EVERY_MS) }
    try {
      await createHealthyIssuer(cluster)
      const before = await measure(bench, 'before')
      const attacked: Attacked[] = []
      for (const hostile of KINDS) {
        for (const name of names) {
          attacked.push({ name, hostile, waits: await measureAttack(bench, name, hostile) })
        }
      }
      const after = await measure(bench, 'after')
      const figures = summarize([before, after], attacked)
      return { json: figures, lines: table(figures), isFailure: isUnfair(figures) }
    } finally {
      api.close()
      await cluster.stop()
    }
  },
}

/** @throws Error that names what is unknown */
function readAttacks(text: string): readonly AttackName[] {
  const known = Object.keys(ATTACKS).filter((name): name is AttackName =>
    Object.hasOwn(ATTACKS, name),
  )
  if (text === ALL) return known
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) {
      throw new Error(`there is no attack ${JSON.stringify(name)}; there are: ${known.join(', ')}`)
    }
    return found
  })
}

async function createHealthyIssuer({ plane, signer }: Cluster): Promise<void> {
  await plane.apply(
    [
      secretManifest(NAMESPACE, signer.clientKeyPem),
      grantManifest(NAMESPACE),
      issuerManifest(signer, {
        kind: 'Issuer',
        name: HEALTHY.Issuer.name,
        namespace: NAMESPACE,
      }),
    ].join('---\n'),
  )
}

interface Bench {
  readonly cluster: Cluster
  readonly api: Api
  readonly report: (line: string) => void
  /** Requests by each healthy issuer. */
  readonly count: number
}

/** @param attack - Starts it; both healthy issuers are Ready by then. */
async function measure(
  { cluster, api, report, count }: Bench,
  run: string,
  { env = {}, attack = async () => Promise.resolve() }: Partial<Measured> = {},
): Promise<Waits> {
  const { process: relay } = await cluster.startRelay({ env })
  try {
    await waitUntilReady(cluster.plane, `issuer.edge-issuer.dev/${HEALTHY.Issuer.name}`)
    await waitUntilReady(cluster.plane, `clusterissuer.edge-issuer.dev/${OURS.name}`)
    // Connections are made and code is compiled before the clock runs.
    await probeBoth(api, `warm-up-${run}`, 8)
    await attack()
    const waits = await probeBoth(api, run, count)
    report(`${run}: ${KINDS.map((kind) => inWords(kind, waits[kind])).join('; ')}`)
    return waits
  } finally {
    await relay.stop(STOP_GRACE_MS)
  }
}

interface Measured {
  /** The relay's environment. */
  readonly env: Readonly<Record<string, string>>
  readonly attack: () => Promise<void>
}

async function probeBoth(api: Api, run: string, count: number): Promise<Waits> {
  const [issuer, clusterIssuer] = await Promise.all(
    KINDS.map(async (kind) =>
      probe(api, {
        run: `${run}-${kind.toLowerCase()}`,
        count,
        everyMs: EVERY_MS,
        issuerRef: HEALTHY[kind],
      }),
    ),
  )
  return { Issuer: issuer ?? [], ClusterIssuer: clusterIssuer ?? [] }
}

async function measureAttack(
  bench: Bench,
  attackName: AttackName,
  kind: IssuerKind,
): Promise<Waits> {
  const { plane, signer } = bench.cluster
  const worker = await startHostileWorker({
    directory: signer.directory,
    health: await healthOf(signer),
  })
  const name = `${attackName}-${kind.toLowerCase()}`
  const field: Battlefield = {
    plane,
    worker,
    kind,
    name,
    clientKeyPem: signer.clientKeyPem,
    create: async (requests) => createHostileRequests(bench.api, requests),
  }
  try {
    return await measure(bench, name, {
      env: { HTTPS_PROXY: worker.proxyUrl },
      attack: async () => mount(ATTACKS[attackName], field),
    })
  } finally {
    await clearAway(field)
    await worker.stop()
  }
}

const inWords = (kind: IssuerKind, waits: readonly number[]): string =>
  `${kind} ${waits.length.toFixed(0)} certificates, slowest ${Math.max(...waits).toFixed(0)} ms`
