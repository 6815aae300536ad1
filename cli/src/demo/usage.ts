import { join } from 'node:path'
import type { EdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { shellWord } from '../terminal/shell-word.ts'
import { formatBytes, measureCaches } from './caches.ts'
import type { DemoCluster } from './cluster.ts'
import { ISSUER_NAME, NAMESPACE } from './objects.ts'

/** Options for {@link usage}. */
export interface Running {
  readonly cluster: DemoCluster
  readonly signer: EdgeSigner
  /** Absolute. */
  readonly directory: string
  /** Value of --state-in. */
  readonly stateIn: string | undefined
}

const MAIN = join(import.meta.dirname, '../main.ts')
/** This command with the same Node.js, since another terminal may find an older one. */
const EDGE_ISSUER = [process.execPath, MAIN].map(shellWord).join(' ')

/** Commands to try while the demo runs, from any folder. */
export async function usage({ cluster, signer, directory, stateIn }: Running): Promise<string> {
  const { url } = signer.worker
  const caFile = shellWord(signer.tlsCaFile)
  const clean = [
    'edge-issuer demo --clean',
    ...(stateIn === undefined ? [] : [`--state-in ${shellWord(stateIn)}`]),
  ].join(' ')
  const caches = await measureCaches(process.env)
  return `
The demo runs until Ctrl-C. In another terminal, from any folder:

  export KUBECONFIG=${shellWord(cluster.kubeconfig)}
  alias kubectl=${shellWord(cluster.kubectlCommand)}
  alias edge-issuer=${shellWord(EDGE_ISSUER)}

  edge-issuer status
  kubectl get issuers.edge-issuer.dev,clusterissuers.edge-issuer.dev -A -o wide
  kubectl get certificates,certificaterequests -A
  kubectl describe issuer.edge-issuer.dev ${ISSUER_NAME} -n ${NAMESPACE}

Query the worker as the relay does, and as an admin:

  edge-issuer health --url ${url} --key ${shellWord(signer.clientKeyFile)} --ca-file ${caFile}
  edge-issuer certificates list --url ${url} --key ${shellWord(signer.adminKeyFile)} --ca-file ${caFile}

Logs and state are in ${directory}; the next run reuses them. To remove the
state, and with the second command also the built programs (${formatBytes(caches.bytes)} in ${caches.directory}):

  ${clean}
  ${clean} --caches
`
}
