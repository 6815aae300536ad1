import { shellWord } from '../terminal/shell-word.ts'
import type { DemoCluster } from './cluster.ts'
import type { DemoHost } from './host.ts'
import { ISSUER_NAME, NAMESPACE } from './objects.ts'
import { removeCommand } from './ownership.ts'
import { adminFlags, type DemoSigner } from './signer.ts'

/** Options for {@link usage}. */
export interface Running {
  readonly host: DemoHost
  readonly cluster: DemoCluster
  readonly signer: DemoSigner
  /** Absolute. */
  readonly directory: string
  /** Value of --state-in. */
  readonly stateIn: string | undefined
}

/** Commands to try while the demo runs, from any folder. */
export async function usage(running: Running): Promise<string> {
  const { host, cluster, signer, directory, stateIn } = running
  const admin = adminFlags(signer).map(shellWord).join(' ')
  // With the same Node.js, since another terminal may find an older one.
  const edgeIssuer = host.program.map(shellWord).join(' ')
  const cleaning = await host.cleaning({ directory, stateIn })
  return `
The demo runs until Ctrl-C. In another terminal, from any folder:

  export KUBECONFIG=${shellWord(cluster.kubeconfig)}
  alias kubectl=${shellWord(cluster.kubectlCommand)}
  alias edge-issuer=${shellWord(edgeIssuer)}

  edge-issuer status
  kubectl get issuers.edge-issuer.dev,clusterissuers.edge-issuer.dev -A -o wide
  kubectl get certificates,certificaterequests -A
  kubectl describe issuer.edge-issuer.dev ${ISSUER_NAME} -n ${NAMESPACE}

Query the worker as an admin:

  edge-issuer clients list ${admin}
  edge-issuer certificates list ${admin}

${cleaning}
${removal(cluster)}`
}

/** How to remove what the demo has created; empty for a cluster of the demo's own, whose state is removed. */
export const removal = (cluster: DemoCluster): string =>
  cluster.target === undefined
    ? ''
    : `
To remove what the demo has created in the cluster:

  ${removeCommand(cluster)}
`
