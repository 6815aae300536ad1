import type { DemoCluster } from './cluster.ts'
import type { EdgeIssuer } from './edge-issuer.ts'
import { KINDS, NAMESPACE, readChain } from './objects.ts'
import { showChain } from './show-chain.ts'
import { adminFlags, type DemoSigner } from './signer.ts'
import type { Steps } from './steps.ts'

/** Options for {@link showResults}. */
export interface Results {
  readonly cluster: DemoCluster
  readonly signer: DemoSigner
  readonly steps: Steps
  readonly run: EdgeIssuer
}

/** Prints the state of relay and issuers, the chain of each Certificate, and the certificates in the ledger. */
export async function showResults({ cluster, signer, steps, run }: Results): Promise<void> {
  const show = async (title: string, args: readonly string[]): Promise<void> => {
    steps.heading(title)
    steps.text(await run(args))
  }
  const context = cluster.target === undefined ? [] : [`--context=${cluster.target.context}`]
  await show('edge-issuer status', ['status', `--kubeconfig=${cluster.kubeconfig}`, ...context])
  for (const kind of KINDS) {
    const { secret, pem } = await readChain(cluster, kind)
    steps.heading(`The chain in Secret ${NAMESPACE}/${secret}, from the ${kind}`)
    steps.text(showChain(pem))
  }
  await show("edge-issuer certificates list --direct, from the worker's ledger", [
    'certificates',
    'list',
    '--direct',
    ...adminFlags(signer),
  ])
}
