/**
 * The main job from nothing: cluster, CA, worker, relay, an issuer of each kind, and a Certificate by
 * each, on real processes. Everything is kept in one folder, so that a second run starts warm.
 *
 * @module
 */
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { manifests } from '../../../test/support/edge/manifests.ts'
import {
  certificateManifest,
  type IssuerKind,
  issuerManifest,
  secretManifest,
} from '../../../test/support/edge/objects.ts'
import {
  RELAY_SERVICE_ACCOUNT,
  startRelayProcess,
} from '../../../test/support/edge/relay-process.ts'
import { type EdgeSigner, startEdgeSigner } from '../../../test/support/edge/signer.ts'
import type { Io } from '../io.ts'
import { type DemoCluster, startOwnCluster, useCluster } from './cluster.ts'
import { showChain } from './show-chain.ts'
import { createSteps, seconds, type Steps } from './steps.ts'

/** How the demo is run. */
export interface DemoOptions {
  /** Stop after success instead of staying up. */
  readonly isOnce: boolean
  /** Remove what earlier runs left, then end. */
  readonly isClean: boolean
  /** An existing cluster with cert-manager; one of its own when absent. */
  readonly kubeconfig: string | undefined
}

/** The one folder that runs leave, in the checkout; git ignores it. */
const DIRECTORY = join(import.meta.dirname, '../../../.demo')
const NAMESPACE = 'demo'
const KINDS: readonly IssuerKind[] = ['Issuer', 'ClusterIssuer']
const ISSUER_NAME = 'edge'
const STOP_GRACE_MS = 30_000

/** @throws Error when a step fails; what was started is stopped by then. */
export async function runDemo(options: DemoOptions, io: Io): Promise<void> {
  if (options.isClean) {
    await rm(DIRECTORY, { recursive: true, force: true })
    io.stdout('Removed what earlier runs of the demo left.\n')
    return
  }
  const steps = createSteps(io)
  const stops: (() => Promise<unknown>)[] = []
  const interrupted = interruption()
  try {
    await Promise.race([show(options, { steps, stops }), interrupted.failure])
    if (!options.isOnce) await interrupted.signal
  } finally {
    steps.heading('Stopping')
    for (const stop of stops.toReversed()) await stop()
    interrupted.ignore()
  }
}

interface Stage {
  readonly steps: Steps
  /** How to end what was started, in the order of the starts. */
  readonly stops: (() => Promise<unknown>)[]
}

async function show(options: DemoOptions, { steps, stops }: Stage): Promise<void> {
  steps.heading('Starting')
  await mkdir(DIRECTORY, { recursive: true, mode: 0o700 })
  const cluster =
    options.kubeconfig === undefined
      ? await startOwnCluster(join(DIRECTORY, 'cluster'), steps)
      : await useCluster(resolve(options.kubeconfig), DIRECTORY)
  stops.push(cluster.stop)
  const signer = await steps.run(
    'CA, client key, configuration; signing worker in workerd',
    async () => startEdgeSigner({ directory: join(DIRECTORY, 'signer') }),
  )
  stops.push(async () => signer.worker.stop())
  await steps.run('CRDs, RBAC of the relay, approve role for cert-manager', async () =>
    apply(cluster, await manifests('crds', 'relay', 'approve')),
  )
  const relay = await steps.run('relay, under its own ServiceAccount', async () =>
    startRelayProcess({
      kubeconfig: await cluster.loginAs(RELAY_SERVICE_ACCOUNT),
      logFile: join(DIRECTORY, 'relay.log'),
    }),
  )
  stops.push(async () => relay.stop(STOP_GRACE_MS))

  steps.heading('Issuing')
  await steps.run('credentials: a Secret for each issuer, and leave to read it', async () =>
    giveCredentials(cluster, signer),
  )
  await steps.run('Issuer and ClusterIssuer are Ready', async () => createIssuers(cluster, signer))
  for (const kind of KINDS) await issue(cluster, steps, kind)

  for (const kind of KINDS) await describe(cluster, steps, kind)
  if (!options.isOnce) steps.text(usage(cluster, signer))
}

const apply = async (cluster: DemoCluster, yaml: string): Promise<unknown> =>
  cluster.kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], yaml)

async function giveCredentials(cluster: DemoCluster, signer: EdgeSigner): Promise<void> {
  const { namespace, name } = RELAY_SERVICE_ACCOUNT
  await apply(cluster, `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${NAMESPACE}\n`)
  const binding = await cluster.kubectl([
    'create',
    'rolebinding',
    'edge-issuer-credential-reader',
    `--namespace=${NAMESPACE}`,
    '--clusterrole=edge-issuer-credential-reader',
    `--serviceaccount=${namespace}:${name}`,
    '--dry-run=client',
    '--output=yaml',
  ])
  const secrets = [NAMESPACE, namespace].map((one) => secretManifest(one, signer.clientKeyPem))
  await apply(cluster, [binding, ...secrets].join('---\n'))
}

async function createIssuers(cluster: DemoCluster, signer: EdgeSigner): Promise<void> {
  const issuers = KINDS.map((kind) =>
    issuerManifest(signer, {
      kind,
      name: ISSUER_NAME,
      ...(kind === 'Issuer' ? { namespace: NAMESPACE } : {}),
    }),
  )
  await apply(cluster, issuers.join('---\n'))
  for (const kind of KINDS) await ready(cluster, `${kind}.edge-issuer.dev/${ISSUER_NAME}`)
}

/** A new Certificate each time, from creation to Ready. */
async function issue(cluster: DemoCluster, steps: Steps, kind: IssuerKind): Promise<void> {
  const name = certificateName(kind)
  // What an earlier run left: nothing collects garbage in a cluster without a controller-manager.
  const old = [`certificate/${name}`, `certificaterequest/${name}-1`, `secret/${name}-tls`]
  await cluster.kubectl(['delete', ...old, '-n', NAMESPACE, '--ignore-not-found'])
  const issuer = { kind, name: ISSUER_NAME }
  const startMs = performance.now()
  await apply(cluster, certificateManifest({ name, namespace: NAMESPACE, issuer }))
  await ready(cluster, `certificate/${name}`)
  const durationMs = performance.now() - startMs
  steps.done(`Certificate by the ${kind}: creation to Ready in ${seconds(durationMs)}`, durationMs)
}

async function describe(cluster: DemoCluster, steps: Steps, kind: IssuerKind): Promise<void> {
  const name = certificateName(kind)
  steps.heading(`kubectl describe certificaterequest ${name}-1 -n ${NAMESPACE}`)
  steps.text(
    await cluster.kubectl(['describe', 'certificaterequest', `${name}-1`, '-n', NAMESPACE]),
  )
  steps.heading(`The chain in Secret ${NAMESPACE}/${name}-tls`)
  const json = await cluster.kubectl([
    'get',
    'secret',
    `${name}-tls`,
    '-n',
    NAMESPACE,
    '-o',
    'json',
  ])
  const { data } = secretSchema.parse(JSON.parse(json))
  steps.text(showChain(Buffer.from(data['tls.crt'], 'base64').toString()))
}

const secretSchema = z.object({ data: z.object({ 'tls.crt': z.string() }) })

const certificateName = (kind: IssuerKind): string => `by-${kind.toLowerCase()}`

/** Generous: the demo measures, it does not judge. */
const ready = async (cluster: DemoCluster, name: string): Promise<unknown> =>
  cluster.kubectl(['wait', name, '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s'])

const usage = ({ kubeconfig, kubectlCommand }: DemoCluster, signer: EdgeSigner): string => `
Everything runs until Ctrl-C. In another terminal:

  export KUBECONFIG=${kubeconfig}
  alias kubectl='${kubectlCommand}'
  kubectl get issuers.edge-issuer.dev,clusterissuers.edge-issuer.dev -A -o wide
  kubectl get certificates,certificaterequests -A
  kubectl describe issuer.edge-issuer.dev ${ISSUER_NAME} -n ${NAMESPACE}

Ask the worker yourself, the way the relay does:

  node cli/src/main.ts health --url ${signer.worker.url} --key ${signer.clientKeyFile} --ca-file ${signer.tlsCaFile}

Logs: ${DIRECTORY}. The next run starts warm; "npm run demo -- --clean" removes it all.
`

interface Interruption {
  /** Resolves at SIGINT or SIGTERM. */
  readonly signal: Promise<void>
  /** The same as an error, to break off what is under way. */
  readonly failure: Promise<never>
  /** Gives the signals back their default. */
  readonly ignore: () => void
}

function interruption(): Interruption {
  const { promise, resolve: settle } = Promise.withResolvers<void>()
  const end = (): void => settle()
  // Not once: while somebody listens, the guard of the child processes leaves the end to us.
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return {
    signal: promise,
    failure: promise.then(() => {
      throw new Error('interrupted')
    }),
    ignore: () => {
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
    },
  }
}
