/**
 * A whole edge-issuer for one test file: control plane with cert-manager, worker in workerd, relay
 * under the permissions that `deploy/` ships.
 *
 * @module
 */
import { join } from 'node:path'
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { type ManifestSet, manifests } from '@edge-issuer/testbed/relay/manifests'
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import {
  RELAY_SERVICE_ACCOUNT,
  type RelayProcessOptions,
  startRelayProcess,
} from '@edge-issuer/testbed/relay/relay-process'
import {
  type EdgeSigner,
  type EdgeSignerOptions,
  startEdgeSigner,
} from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'

/** What runs, and access to it. */
export interface EdgeEnvironment {
  readonly plane: ControlPlane
  readonly signer: EdgeSigner
  /** The current relay. */
  readonly relay: () => ManagedProcess
  /** Kills the relay if it runs, and starts another with these options; flags are added to the old ones. */
  readonly restartRelay: (options?: Partial<RelayProcessOptions>) => Promise<void>
  /** Starts one more relay beside the one that runs. */
  readonly startReplica: () => Promise<ManagedProcess>
  /** Path of a kubeconfig that has the relay's permissions. */
  readonly relayKubeconfig: string
  readonly stop: () => Promise<void>
}

/** Options that differ from the shipped configuration. */
export interface EdgeEnvironmentOptions {
  readonly plane?: ControlPlaneOptions
  readonly signer?: Omit<EdgeSignerOptions, 'directory'>
  /** Manifests that are not applied. */
  readonly without?: readonly ManifestSet[]
  readonly relayFlags?: readonly string[]
  /** `--issuer-url-allow` of every relay; by default the workers on this machine. */
  readonly issuerUrlAllow?: readonly string[]
  /** Whether time runs ten times as fast in every relay. */
  readonly isSpedUp?: boolean
}

const ALL: readonly ManifestSet[] = ['crds', 'relay', 'approve']
const STOP_GRACE_MS = 30_000

/** Starts everything; what was started is stopped again when a part does not start. */
export async function startEdgeEnvironment(
  options: EdgeEnvironmentOptions = {},
): Promise<EdgeEnvironment> {
  const { without = [], relayFlags = [], issuerUrlAllow, isSpedUp = false } = options
  const plane = await startControlPlane(options.plane)
  const stops: (() => Promise<unknown>)[] = [async () => plane.stop()]
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    const [signer] = await Promise.all([
      startEdgeSigner({ ...options.signer, directory: join(plane.directory, 'signer') }),
      plane.apply(await manifests(...ALL.filter((set) => !without.includes(set)))),
    ])
    stops.push(async () => signer.worker.stop())
    const relayKubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
    // One relay at a time: the next need not wait until the lease of one that was killed runs out.
    const flags = ['--log-level', 'debug', '--leader-elect=false', ...relayFlags]
    const relayOptions: RelayProcessOptions = {
      kubeconfig: relayKubeconfig,
      logFile: join(plane.directory, 'relay.log'),
      flags,
      isSpedUp,
      ...(issuerUrlAllow === undefined ? {} : { issuerUrlAllow }),
    }
    let relay = await startRelayProcess(relayOptions)
    stops.push(async () => relay.stop(STOP_GRACE_MS))
    return {
      plane,
      signer,
      relayKubeconfig,
      relay: () => relay,
      restartRelay: async (changed = {}) => {
        await relay.kill()
        relay = await startRelayProcess({
          ...relayOptions,
          ...changed,
          flags: flags.concat(changed.flags ?? []),
        })
      },
      startReplica: async () => {
        const replica = await startRelayProcess(relayOptions)
        stops.push(async () => replica.stop(STOP_GRACE_MS))
        return replica
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.iso.datetime().optional(),
  /** Only on CertificateSigningRequests. */
  lastUpdateTime: z.iso.datetime().optional(),
})

/** What tests look at of an object with conditions. */
const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      certificate: z.string().optional(),
      ca: z.unknown().optional(),
      failureTime: z.string().optional(),
    })
    .prefault({}),
})

export type ObservedObject = z.infer<typeof objectSchema>
export type ObservedCondition = z.infer<typeof conditionSchema>

/**
 * Runs kubectl as admin.
 *
 * @param command - Words separated by single spaces, and further arguments as they are.
 * @returns What it printed.
 * @throws Error with what it complained of.
 */
export async function mustKubectl(
  plane: ControlPlane,
  command: string,
  ...more: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl([...command.split(' '), ...more])
  if (code !== 0) throw new Error(`kubectl ${command}: ${stderr}`)
  return stdout
}

/** Lets the relay read the Secrets of a namespace, with the command of the docs. */
export async function grantCredentials(plane: ControlPlane, namespace: string): Promise<void> {
  await mustKubectl(
    plane,
    `create rolebinding edge-issuer-credential-reader --namespace ${namespace} --clusterrole edge-issuer-credential-reader --serviceaccount edge-issuer:edge-issuer-relay`,
  )
}

/** Makes ClusterIssuer `edge` with its Secret, and waits until it is Ready. */
export async function readyClusterIssuer({
  plane,
  signer,
}: Pick<EdgeEnvironment, 'plane' | 'signer'>): Promise<void> {
  await plane.apply(
    [
      secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
    ].join('---\n'),
  )
  await kubectlWait(
    plane,
    ['clusterissuer.edge-issuer.dev/edge', 'condition=Ready', TIMEOUT],
    'default',
  )
}

/** Reads one object; `name` as kubectl takes it: `certificaterequest/x`. */
export async function getObject(
  plane: ControlPlane,
  name: string,
  namespace: string,
): Promise<ObservedObject> {
  const json = await mustKubectl(plane, `get ${name} -n ${namespace} -o json`)
  return objectSchema.parse(JSON.parse(json))
}

/** The condition Ready, if there is one. */
export const readyOf = ({ status }: ObservedObject): ObservedCondition | undefined =>
  status.conditions.find(({ type }) => type === 'Ready')

/**
 * Waits as a user would, with `kubectl wait`.
 *
 * @param wait - `['certificate/x', '--for=condition=Ready', '--timeout=5s']`
 * @throws Error with the object as it is when the wait does not succeed.
 */
export async function kubectlWait(
  plane: ControlPlane,
  wait: readonly [name: string, condition: string, timeout: string],
  namespace: string,
): Promise<void> {
  const [name, condition, timeout] = wait
  const args = ['wait', name, `--for=${condition}`, `--timeout=${timeout}`, '-n', namespace]
  const { code, stderr } = await plane.kubectl(args)
  if (code === 0) return
  const described = await plane.kubectl(['describe', name, '-n', namespace])
  throw new Error(`${stderr}\n${described.stdout}`)
}

/** For waits whose duration is not what a test is about. */
export const TIMEOUT = '60s'

/** @returns The reasons of the relay's Events about a namespaced object, `resource/name`. */
export const ourReasons = async (
  plane: ControlPlane,
  object: string,
  namespace = 'default',
): Promise<string> => {
  const fields = `involvedObject.name=${object.slice(object.indexOf('/') + 1)},reportingComponent=edge-issuer.dev/relay`
  return mustKubectl(
    plane,
    `get events -n ${namespace} --field-selector ${fields} -o jsonpath={.items[*].reason}`,
  )
}
