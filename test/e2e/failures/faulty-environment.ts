/**
 * A whole edge-issuer with a fault proxy on each side of the relay, and without cert-manager's approver:
 * the tests decide on requests.
 *
 * @module
 */
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { type ApiProxy, startApiProxy } from '../../support/edge/api-proxy.ts'
import { workerCallKind } from '../../support/fault-proxy/call.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy/proxy.ts'
import { gatewayRefusal } from '../../support/fault-proxy/refusal.ts'
import {
  type EdgeEnvironment,
  type EdgeEnvironmentOptions,
  startEdgeEnvironment,
} from '../environment.ts'

/** What runs, and the proxies between. */
export interface FaultyEnvironment {
  readonly edge: EdgeEnvironment
  /** Between relay and API server. */
  readonly api: ApiProxy
  /** Between relay and worker; issuers name it as their worker. */
  readonly worker: FaultProxy
  readonly admin: Admin
  /** Ends the relay that runs, and starts one that goes through the proxies. */
  readonly restartRelay: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts everything, and ClusterIssuer `edge` with its Secret; the relay does not use the proxies yet. */
export async function startFaultyEnvironment(
  options: Pick<EdgeEnvironmentOptions, 'isSpedUp' | 'relayFlags'>,
): Promise<FaultyEnvironment> {
  const worker = await startFaultProxy({
    upstream: () => ({ url: edge.signer.worker.url, caPem: edge.signer.tlsCaPem }),
    kindOf: workerCallKind,
    refusal: gatewayRefusal,
  })
  const edge = await startEdgeEnvironment({
    ...options,
    plane: { certManager: { controllersOff: ['certificaterequests-approver'] } },
    signer: { publicUrl: worker.url },
  })
  const { plane, signer } = edge
  const api = await startApiProxy(plane, { kubeconfig: edge.relayKubeconfig })
  const admin = await createAdmin(plane)
  await plane.apply(
    [
      secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge', spec: workerSpec(worker) }),
    ].join('---\n'),
  )
  return {
    edge,
    api,
    worker,
    admin,
    restartRelay: async () => edge.restartRelay({ kubeconfig: api.kubeconfig }),
    stop: async () => {
      admin.close()
      await edge.stop()
      await Promise.all([api.stop(), worker.stop()])
    },
  }
}

/** The part of an issuer's spec that leads to the worker through its proxy. */
export const workerSpec = ({ url, caPem }: FaultProxy): object => ({
  url,
  caBundle: Buffer.from(caPem).toString('base64'),
})
