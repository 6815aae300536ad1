/**
 * Ways in which issuers of one tenant, or of one signing worker, can occupy the relay.
 *
 * @module
 */
import { stringify } from 'yaml'
import type { ControlPlane } from '../control-plane/index.ts'
import { pollUntil } from '../control-plane/poll.ts'
import { createCsr } from '../pki/csr.ts'
import { grantManifest, type IssuerKind, issuerManifest, secretManifest } from '../relay/objects.ts'
import type { HostileWorker } from './hostile-worker.ts'

/** One attack: how many of what, and what stops responding. */
export interface Attack {
  /** What stops responding: the call that signs, the health check, the proxy, or the address. */
  readonly stuckIn: 'sign' | 'health' | 'proxy' | 'address'
  /** Namespaces with hostile Issuers; with ClusterIssuers, so many times as many of them. */
  readonly namespaces: number
  readonly issuersPerNamespace: number
  readonly requestsPerIssuer: number
}

const ofOneIssuer = { namespaces: 1, issuersPerNamespace: 1 } as const

/** Every attack by its name. */
export const ATTACKS = {
  'sign-64': { ...ofOneIssuer, stuckIn: 'sign', requestsPerIssuer: 64 },
  'sign-384': { ...ofOneIssuer, stuckIn: 'sign', requestsPerIssuer: 384 },
  'sign-5000': { ...ofOneIssuer, stuckIn: 'sign', requestsPerIssuer: 5_000 },
  'sign-24-issuers': {
    namespaces: 1,
    issuersPerNamespace: 24,
    stuckIn: 'sign',
    requestsPerIssuer: 16,
  },
  'sign-48-namespaces': {
    namespaces: 48,
    issuersPerNamespace: 1,
    stuckIn: 'sign',
    requestsPerIssuer: 8,
  },
  'health-96': { namespaces: 1, issuersPerNamespace: 96, stuckIn: 'health', requestsPerIssuer: 0 },
  'dead-proxy': { ...ofOneIssuer, stuckIn: 'proxy', requestsPerIssuer: 64 },
  'dead-address': { ...ofOneIssuer, stuckIn: 'address', requestsPerIssuer: 64 },
} as const satisfies Readonly<Record<string, Attack>>

export type AttackName = keyof typeof ATTACKS

/** A CertificateRequest of an attack. */
export interface HostileRequest {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly csrPem: string
  readonly issuerRef: { readonly group: string; readonly kind: IssuerKind; readonly name: string }
}

/** Where an attack takes place. */
export interface Battlefield {
  readonly plane: ControlPlane
  readonly worker: HostileWorker
  /** What every client of the worker has. */
  readonly clientKeyPem: string
  /** Kind of the issuers. */
  readonly kind: IssuerKind
  /** Prefix of the names of all objects of the attack, and value of {@link LABEL}. */
  readonly name: string
  /** Creates requests, quickly. */
  readonly create: (requests: readonly HostileRequest[]) => Promise<void>
}

/** Label of issuers and requests. */
const LABEL = 'attack'
const READY_TIMEOUT = '60s'
const TIMEOUT_MS = 60_000
/** Every attack has so many at once: the limit for one issuer, and of a namespace in the health check. */
const HANGING_CALLS = 4

/**
 * Makes the issuers and waits until they are Ready, lets the worker stop responding, and creates the
 * requests.
 *
 * @returns When calls of the relay have hung, at least for a moment: a circuit breaker may be open by then.
 */
export async function mount(attack: Attack, field: Battlefield): Promise<void> {
  const { plane, worker, kind, clientKeyPem, name: label } = field
  const { stuckIn } = attack
  const issuers = issuersOf(attack, field)
  const namespaces = [...new Set(issuers.map(({ namespace }) => namespace))]
  await plane.apply(
    namespaces
      .flatMap((namespace) => [
        stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
        secretManifest(namespace, clientKeyPem),
        grantManifest(namespace),
      ])
      .join('---\n'),
  )
  if (stuckIn === 'health') worker.silenceHealth()
  const url = stuckIn === 'proxy' ? worker.proxiedUrl : worker.url
  const target = { worker: { url }, tlsCaPem: worker.tlsCaPem }
  await plane.apply(
    issuers
      .map(({ namespace, name }) => {
        const fields = { kind, name, labels: { [LABEL]: label } }
        return issuerManifest(target, kind === 'Issuer' ? { ...fields, namespace } : fields)
      })
      .join('---\n'),
  )
  if (stuckIn !== 'health') await untilReady(field)
  if (stuckIn === 'address') await worker.blackhole()
  if (stuckIn === 'proxy') worker.killProxy()
  await field.create(requestsOf(attack, field))
  await untilCallsHang(attack, worker)
}

/** Deletes issuers and requests of an attack. */
export async function clearAway({ plane, name, kind }: Battlefield): Promise<void> {
  const issuers = kind === 'Issuer' ? 'issuers.edge-issuer.dev' : 'clusterissuers.edge-issuer.dev'
  const requests = 'certificaterequests.cert-manager.io'
  for (const resource of [issuers, requests]) {
    const scope = resource.startsWith('cluster') ? [] : ['-A']
    await mustRun(plane, ['delete', resource, ...scope, '-l', `${LABEL}=${name}`, '--wait=false'])
  }
}

interface HostileIssuer {
  /** Namespace of its requests; a ClusterIssuer itself has none. */
  readonly namespace: string
  readonly name: string
}

const issuersOf = (
  { namespaces, issuersPerNamespace }: Attack,
  { name }: Pick<Battlefield, 'name'>,
): readonly HostileIssuer[] =>
  numbers(namespaces).flatMap((at) =>
    numbers(issuersPerNamespace).map((one) => ({
      namespace: `${name}-${at}`,
      name: `${name}-${at}-${one}`,
    })),
  )

function requestsOf(attack: Attack, field: Battlefield): readonly HostileRequest[] {
  const csrPem = createCsr({ dnsNames: ['hostile.example.com'] }).pem
  const { kind } = field
  // Issuers take turns, so that each of them has calls early.
  return numbers(attack.requestsPerIssuer).flatMap((at) =>
    issuersOf(attack, field).map(({ namespace, name }) => ({
      namespace,
      name: `${name}-${at}`,
      labels: { [LABEL]: field.name },
      csrPem,
      issuerRef: { group: 'edge-issuer.dev', kind, name },
    })),
  )
}

const numbers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => String(at))

async function untilReady({ plane, name, kind }: Battlefield): Promise<void> {
  const issuers =
    kind === 'Issuer' ? ['issuers.edge-issuer.dev', '-A'] : ['clusterissuers.edge-issuer.dev']
  const ready = ['--for=condition=Ready', `--timeout=${READY_TIMEOUT}`]
  await mustRun(plane, ['wait', ...issuers, '-l', `${LABEL}=${name}`, ...ready])
}

/** An address that drops packets shows nothing. */
async function untilCallsHang(
  { stuckIn }: Attack,
  { mostHanging, deadTunnels }: HostileWorker,
): Promise<void> {
  if (stuckIn === 'address') return
  const calls = stuckIn === 'proxy' ? deadTunnels : mostHanging
  await pollUntil({
    what: 'calls to hang',
    probe: async () => Promise.resolve(calls() >= HANGING_CALLS),
    timeoutMs: TIMEOUT_MS,
  })
}

async function mustRun(plane: ControlPlane, args: readonly string[]): Promise<void> {
  const { code, stderr } = await plane.kubectl(args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
}
