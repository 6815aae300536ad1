/**
 * Makes the relay need a permission that it lacks, and waits for what an operator sees of it.
 *
 * @module
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import type { ApiProxy } from '../../support/edge/api-proxy.ts'
import type { Permission } from '../../support/edge/permissions.ts'
import { type EdgeEnvironment, getObject, mustKubectl, readyOf } from '../environment.ts'
import { getSigningRequest, makeSigningRequest } from '../issuing/signing-requests.ts'

/** Where something fails. */
export interface Scene {
  readonly edge: EdgeEnvironment
  /** Between relay and API server. */
  readonly proxy: ApiProxy
  /** Where the relay serves metrics. */
  readonly metricsPort: number
}

/** Brings about what needs a permission that is gone; resolves when the failure can be seen. */
export type PermissionFault = (permission: Permission, scene: Scene) => Promise<void>

/** The Lease that the Role names. */
const LEASE = { namespace: RELAY_SERVICE_ACCOUNT.namespace, name: 'edge-issuer-relay' } as const
const FAILURE_LIMIT_MS = 30_000
const POLL_MS = 200
/** cert-manager tries to approve within this time. */
const TRY_MS = 5_000

/** A relay that starts without the permission logs it; it may never be ready. */
export const atStart: PermissionFault = async (permission, { edge, proxy }) => {
  const complaint = await relayComplaint(edge, permission)
  await edge.restartRelay({ kubeconfig: proxy.kubeconfig, awaitsReadiness: false })
  await complaint()
}

/** A relay with leader election logs it; afterwards one without leader election runs. */
export const notElected: PermissionFault = async (permission, { edge, proxy }) => {
  const throughProxy = { kubeconfig: proxy.kubeconfig, awaitsReadiness: false }
  const restart = async (): Promise<void> =>
    edge.restartRelay({ ...throughProxy, flags: ['--leader-elect'] })
  await mustKubectl(
    edge.plane,
    `delete lease ${LEASE.name} -n ${LEASE.namespace} --ignore-not-found`,
  )
  if (permission.verb === 'watch') {
    // Only a candidate watches, so another must lead, or have led until now.
    const leads = await relayLogs(edge, '"leading"')
    await restart()
    await leads()
  }
  const complaint = await relayComplaint(edge, permission)
  await restart()
  await complaint()
  await edge.restartRelay(throughProxy)
}

/** A request that is signed, but whose status cannot be written. */
export const signingRequestNotReported: PermissionFault = async (permission, { edge }) => {
  const complaint = await relayComplaint(edge, permission)
  const name = await createSigningRequest(edge)
  await complaint()
  await expectNotSigned(edge, name)
}

/** A request that changed while it was reconciled is read again, and cannot be. */
export const signingConflictNotResolved: PermissionFault = async (permission, { edge, proxy }) => {
  const complaint = await relayComplaint(edge, permission)
  refuseOnce(proxy, 'patch certificatesigningrequests/status')
  await createSigningRequest(edge)
  await complaint()
}

/** The API server takes no certificate. */
export const notSigned: PermissionFault = async ({ resourceName = '' }, { edge }) => {
  const signer = resourceName.replace('*', 'edge')
  const refused = `user not permitted to sign requests with signerName \\"${signer}`
  const complaint = await relayLogs(edge, refused)
  const name = await createSigningRequest(edge)
  await complaint()
  await expectNotSigned(edge, name)
}

/** The first call of this kind meets a conflict. */
export function refuseOnce(proxy: ApiProxy, refused: string): void {
  let conflicts = 0
  proxy.inject(({ kind }) => {
    if (kind !== refused || conflicts > 0) return undefined
    conflicts += 1
    return { kind: 'refuse', status: 409 }
  })
}

/**
 * @returns A function that waits until the relay has logged, since this call, that the API server did
 *   not allow it this.
 */
export const relayComplaint = async (
  edge: EdgeEnvironment,
  { verb, resource }: Permission,
): Promise<() => Promise<void>> =>
  // Escaped, as in a line of JSON.
  relayLogs(edge, `cannot ${verb} resource \\"${resource}\\"`)

/** @returns A function that waits until the relay has logged this since this call. */
async function relayLogs(edge: EdgeEnvironment, wanted: string): Promise<() => Promise<void>> {
  const { logFile } = edge.relay()
  const { size } = await stat(logFile)
  return async () =>
    pollUntil({
      what: `the relay to log: ${wanted}`,
      probe: async () => (await readFile(logFile)).subarray(size).includes(wanted),
      timeoutMs: FAILURE_LIMIT_MS,
    })
}

/**
 * @returns A function that waits until cert-manager tried, since this call, to approve the request of
 *   this namespace and name, and its own webhook refused it. The line with the refusal does not name
 *   the request; the one of the attempt before it does.
 */
export async function approvalRefusal({
  plane,
}: EdgeEnvironment): Promise<(request: string, timeoutMs?: number) => Promise<void>> {
  const logFile = join(plane.directory, 'logs', 'cert-manager-controller.log')
  const { size } = await stat(logFile)
  return async (request, timeoutMs = FAILURE_LIMIT_MS) =>
    pollUntil({
      what: `cert-manager to be refused the approval of ${request}`,
      probe: async () => {
        const log = (await readFile(logFile)).subarray(size).toString()
        const attempt = log.indexOf(`certificateRequest="${request}" condition="Approved"`)
        return attempt !== -1 && log.includes('does not have permissions to set approved', attempt)
      },
      timeoutMs,
    })
}

/**
 * cert-manager tries to approve, and its own webhook refuses it; not at once, since the webhook caches
 * its access reviews for some seconds.
 *
 * @param create - Makes a request in `default`, and gives its name for kubectl.
 */
export const approvalRefused =
  (create: () => Promise<string>): PermissionFault =>
  async (_permission, { edge }) => {
    const refusal = await approvalRefusal(edge)
    await pollUntil({
      what: 'cert-manager to be refused an approval',
      probe: async () => {
        const name = await create()
        await refusal(`default/${name.slice(name.indexOf('/') + 1)}`, TRY_MS)
        const { status } = await getObject(edge.plane, name, 'default')
        return status.conditions.length === 0
      },
      timeoutMs: 2 * FAILURE_LIMIT_MS,
    })
  }

/** Creates an approved CertificateSigningRequest for `edge`. @returns Its name for kubectl. */
async function createSigningRequest({ plane }: EdgeEnvironment): Promise<string> {
  const name = `signing-${crypto.randomUUID()}`
  const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  return makeSigningRequest(plane, { name, csrPem })
}

async function expectNotSigned({ plane }: EdgeEnvironment, name: string): Promise<void> {
  const { status } = await getSigningRequest(plane, name)
  if (status.certificate !== undefined) throw new Error(`${name} has a certificate`)
}

/** Waits for the result of a request; the relay is not restarted, and uses a permission once it has it. */
export async function endOf(edge: EdgeEnvironment, name: string): Promise<string | undefined> {
  const deadlineMs = Date.now() + 2 * FAILURE_LIMIT_MS
  for (;;) {
    const reason = readyOf(await getObject(edge.plane, name, 'default'))?.reason
    if ((reason !== undefined && reason !== 'Pending') || Date.now() > deadlineMs) return reason
    await sleep(POLL_MS)
  }
}
