import {
  grantManifest,
  type IssuerKind,
  issuerManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
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
} from '@edge-issuer/testbed/worker/attack'
import { HOSTILE_URL_ALLOW, startHostileWorker } from '@edge-issuer/testbed/worker/hostile-worker'
import { healthOf } from '@edge-issuer/testbed/worker/worker-health'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, OURS, startCluster, waitUntilReady } from '../cluster/cluster.ts'
import { LOAD_CONNECTIONS } from '../cluster/load.ts'
import { type IssuerRef, NAMESPACE } from '../cluster/requests.ts'
import type { BenchCommand } from '../command.ts'
import { median } from '../statistics.ts'
import { createHostileRequests } from './hostile-requests.ts'
import { probe } from './probes.ts'
import {
  type Measured,
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
/** Interval of the requests of each of the two healthy issuers. */
const EVERY_MS = 250
const WARM_UP = 8
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
its own, as it is shipped. Without an attack is what was measured before each of them, together.

  p50Ms, p99Ms  from the creation of a request to its Ready condition, by a watch
  ratio         p99Ms in units of that without an attack

Fails when a ratio is above ${String(LIMIT_RATIO)} or a p99Ms is not below ${String(LIMIT_MS)}.`,
  numbers: {
    seconds: {
      summary: 'of requests by the healthy issuers, before each attack and in it',
      fallback: 30,
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
      const measured: Measured[] = []
      for (const hostile of KINDS) {
        for (const name of names) measured.push(await measureAttack(bench, name, hostile))
      }
      const figures = summarize(measured)
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

async function measureAttack(
  bench: Bench,
  attackName: AttackName,
  hostile: IssuerKind,
): Promise<Measured> {
  const { cluster, api } = bench
  const { plane, signer } = cluster
  const worker = await startHostileWorker({
    directory: signer.directory,
    health: await healthOf(signer),
  })
  const name = `${attackName}-${hostile.toLowerCase()}`
  const field: Battlefield = {
    plane,
    worker,
    kind: hostile,
    name,
    clientKeyPem: signer.clientKeyPem,
    create: async (requests) => createHostileRequests(api, requests),
  }
  const { process: relay } = await cluster.startRelay({
    env: { HTTPS_PROXY: worker.proxyUrl },
    flags: [`--issuer-url-allow=${HOSTILE_URL_ALLOW.join()}`],
  })
  try {
    const waits = await measure(bench, name, async () => mount(ATTACKS[attackName], field))
    return { name: attackName, hostile, ...waits }
  } finally {
    await relay.stop(STOP_GRACE_MS)
    await clearAway(field)
    await worker.stop()
  }
}

/** @param attack - Starts it. */
async function measure(
  { cluster, api, report, count }: Bench,
  run: string,
  attack: () => Promise<void>,
): Promise<Pick<Measured, 'attacked' | 'before'>> {
  await waitUntilReady(cluster.plane, `issuer.edge-issuer.dev/${HEALTHY.Issuer.name}`)
  await waitUntilReady(cluster.plane, `clusterissuer.edge-issuer.dev/${OURS.name}`)
  // Connections are made and code is compiled before the clock runs.
  await probeBoth(api, `warm-up-${run}`, WARM_UP)
  const before = await probeBoth(api, `before-${run}`, count)
  await attack()
  const attacked = await probeBoth(api, run, count)
  report(`${run}: before ${inWords(before)}, attacked ${inWords(attacked)}`)
  return { before, attacked }
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

const inWords = (waits: Waits): string =>
  KINDS.map((kind) => `${kind} ${median(waits[kind]).toFixed(0)} ms`).join(' and ')
