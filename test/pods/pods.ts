/**
 * The relay's Pods: which exist, which one leads, and what runs in them.
 *
 * @module
 */
import { readFile, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { z } from 'zod'
import { NODE_IN_IMAGE } from '../../deploy/images/base.ts'
import { mustKubectl } from '../e2e/environment.ts'
import type { NodeCgroups } from './cgroups.ts'

const { namespace: NAMESPACE } = RELAY_SERVICE_ACCOUNT
const LEASE = 'lease/edge-issuer-relay'

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ containers: z.tuple([z.object({ image: z.string() })]) }),
  status: z.object({
    containerStatuses: z.tuple([z.object({ restartCount: z.int(), ready: z.boolean() })]),
  }),
})

/** One replica of the relay. */
export interface RelayPod {
  readonly name: string
  readonly uid: string
  readonly image: string
  readonly restarts: number
  readonly isReady: boolean
}

/** Every Pod of the relay that is not being deleted. @throws Error when a container has not been made */
export async function relayPods(plane: ControlPlane): Promise<readonly RelayPod[]> {
  const json = await mustKubectl(
    plane,
    `get pods --namespace=${NAMESPACE} --selector=app.kubernetes.io/component=relay -o json`,
  )
  const { items } = z.object({ items: z.array(podSchema) }).parse(JSON.parse(json))
  return items.flatMap(({ metadata: { name, uid, deletionTimestamp }, spec, status }) => {
    if (deletionTimestamp !== undefined) return []
    const [{ image }] = spec.containers
    const [{ restartCount: restarts, ready: isReady }] = status.containerStatuses
    return [{ name, uid, image, restarts, isReady }]
  })
}

/** Name of the Pod that holds the Lease; it is the first part of its identity. */
export async function leaderName(plane: ControlPlane): Promise<string> {
  const path = 'jsonpath={.spec.holderIdentity}'
  const identity = await mustKubectl(plane, `get ${LEASE} --namespace=${NAMESPACE} -o ${path}`)
  return identity.split('_')[0] ?? ''
}

/** The two replicas. @throws Error when there are not two of which one leads */
export async function leaderAndFollower(
  plane: ControlPlane,
): Promise<{ readonly leader: RelayPod; readonly follower: RelayPod }> {
  const name = await leaderName(plane)
  const pods = await relayPods(plane)
  const leader = pods.find((pod) => pod.name === name)
  const follower = pods.find((pod) => pod.name !== name)
  if (leader === undefined || follower === undefined || pods.length !== 2) {
    throw new Error(`${name} leads; there are ${pods.map((pod) => pod.name).join(', ')}`)
  }
  return { leader, follower }
}

/** Runs a script with Node in the container, which has no shell. @returns Its output */
export async function runInPod(plane: ControlPlane, pod: string, script: string): Promise<string> {
  const command = `exec ${pod} --namespace=${NAMESPACE} -- ${NODE_IN_IMAGE} --eval`
  return mustKubectl(plane, command, script)
}

/** The folder of a Pod in the memory hierarchy of this machine. */
export const podFolder = (cgroups: NodeCgroups, uid: string): string =>
  // The Pod may use more than it requested: "burstable".
  join(cgroups.folder('memory'), 'kubepods', 'burstable', `pod${uid}`)

/** Pids on this machine of the processes in a Pod, with the path of the program of each. */
export async function podProcesses(
  cgroups: NodeCgroups,
  uid: string,
): Promise<readonly { readonly pid: number; readonly program: string }[]> {
  const folder = podFolder(cgroups, uid)
  const containers = (await readdir(folder, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )
  const processes = []
  for (const { name } of containers) {
    const pids = (await readFile(join(folder, name, 'cgroup.procs'), 'utf8')).split('\n')
    for (const pid of pids.filter(Boolean)) {
      processes.push({ pid: Number(pid), program: await readlink(`/proc/${pid}/exe`) })
    }
  }
  return processes
}

/** Pid of the relay's process in a Pod on this machine. */
export async function relayPid(cgroups: NodeCgroups, uid: string): Promise<number> {
  const processes = await podProcesses(cgroups, uid)
  const relay = processes.find(({ program }) => program === NODE_IN_IMAGE)
  if (relay === undefined) throw new Error(`the Pod ${uid} runs no Node`)
  return relay.pid
}
