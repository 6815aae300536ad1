/**
 * Clients whose identity is the ServiceAccounts of a cluster, registered with the command of the docs.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRunCli } from '@edge-issuer/testbed/cli'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import type { EdgeSigner, SignerConfigText } from '@edge-issuer/testbed/worker/local-worker'

/** Someone who may register clients at a worker. */
export interface WorkerAdmin {
  /** Puts the admin's key into the worker's configuration. */
  readonly configure: (config: SignerConfigText) => SignerConfigText
  /** Registers the cluster of a control plane as a client. */
  readonly addClient: (at: Cluster, name: string, ...flags: readonly string[]) => Promise<void>
}

/** A cluster, and the worker that it uses. */
export interface Cluster {
  readonly plane: Pick<ControlPlane, 'adminKubeconfig' | 'directory'>
  readonly signer: Pick<EdgeSigner, 'tlsCaFile' | 'worker'>
}

/** Makes an admin with a new key. */
export function createWorkerAdmin(): WorkerAdmin {
  const { spki, privateKeyPem } = makeKey('Ed25519')
  const keys = [{ publicKey: toPem('PUBLIC KEY', spki) }]
  return {
    configure: (config) => ({ ...config, admins: { ops: { keys, role: 'admin' } } }),
    addClient: async ({ plane, signer }, name, ...flags) => {
      const keyFile = join(plane.directory, 'admin.key')
      await writeFile(keyFile, privateKeyPem, { mode: 0o600 })
      const words = [
        `clients add ${name} --from-cluster --kubeconfig ${plane.adminKubeconfig} --unrestricted`,
        `--url ${signer.worker.url} --admin-key ${keyFile} --ca-file ${signer.tlsCaFile}`,
      ]
      await mustRunCli([...words.join(' ').split(' '), ...flags], { cwd: plane.directory })
    },
  }
}

/** The spec of an issuer without a Secret. */
export const tokenSpec = (clientName: string, serviceAccountRef: object): object => ({
  authSecretName: undefined,
  serviceAccountRef,
  clientName,
})
