/**
 * What the benchmarks of the relay run on: a control plane with cert-manager and its own CA, and our
 * signing worker in workerd; the caller starts the relay.
 *
 * @module
 */
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import {
  type EdgeSigner,
  type EdgeSignerOptions,
  startEdgeSigner,
} from '@edge-issuer/testbed/worker/local-worker'
import { bundleRelay } from '../relay/bundle.ts'
import {
  type ShippedRelay,
  type ShippedRelayOptions,
  startShippedRelay,
} from '../relay/shipped-relay.ts'
import { type IssuerRef, NAMESPACE } from './requests.ts'

/** What runs. */
export interface Cluster {
  readonly plane: ControlPlane
  readonly signer: EdgeSigner
  /** Starts a relay with a log of its own. Only one may run at a time. */
  readonly startRelay: (
    options?: Pick<ShippedRelayOptions, 'env' | 'flags' | 'syncTimeoutMs'>,
  ) => Promise<ShippedRelay>
  readonly stop: () => Promise<void>
}

/** Our issuer; it is Ready once a relay has run. */
export const OURS: IssuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
/** cert-manager's CA issuer; it is Ready. */
export const IN_TREE: IssuerRef = { group: 'cert-manager.io', kind: 'Issuer', name: 'in-tree' }

const TIMEOUT = '60s'

/** The CA has the kind of key that `edge-issuer ca init` gives ours. */
const IN_TREE_AUTHORITY = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: self-signed, namespace: ${NAMESPACE}}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ${IN_TREE.name}, namespace: ${NAMESPACE}}
spec:
  isCA: true
  commonName: in-tree CA
  secretName: in-tree-ca
  privateKey: {algorithm: ECDSA, size: 256}
  issuerRef: {name: self-signed}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: ${IN_TREE.name}, namespace: ${NAMESPACE}}
spec: {ca: {secretName: in-tree-ca}}
`

/** Starts everything; what was started is stopped again when a part does not start. */
export async function startCluster(
  report: (line: string) => void,
  signerOptions: Pick<EdgeSignerOptions, 'configure'> = {},
): Promise<Cluster> {
  report('bundling the relay …')
  const bundle = await bundleRelay()
  report('starting the control plane …')
  const plane = await startControlPlane({
    onProgress: (progress) => {
      if (progress.kind === 'build') report(progress.line)
    },
  })
  const stops: (() => Promise<unknown>)[] = [async () => plane.stop()]
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    const signer = await startEdgeSigner({
      ...signerOptions,
      directory: join(plane.directory, 'signer'),
    })
    stops.push(async () => signer.worker.stop())
    await install(plane, signer)
    const kubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
    let started = 0
    return {
      plane,
      signer,
      startRelay: async (options = {}) => {
        started += 1
        const logFile = join(plane.directory, `relay-${String(started)}.log`)
        return startShippedRelay({ ...options, bundle, kubeconfig, logFile })
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function install(plane: ControlPlane, signer: EdgeSigner): Promise<void> {
  await plane.apply(await manifests('crds', 'relay', 'approve'))
  await plane.apply(
    [
      IN_TREE_AUTHORITY,
      secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: OURS.name }),
    ].join('---\n'),
  )
  await waitUntilReady(plane, `issuer.cert-manager.io/${IN_TREE.name}`)
}

/** Waits for the condition Ready. @throws Error with what kubectl says */
export async function waitUntilReady(plane: ControlPlane, object: string): Promise<void> {
  const args = ['wait', object, '--for=condition=Ready', `--timeout=${TIMEOUT}`, '-n', NAMESPACE]
  const { code, stderr } = await plane.kubectl(args)
  if (code !== 0) throw new Error(`${object}: ${stderr}`)
}
