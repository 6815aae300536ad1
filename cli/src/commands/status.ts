import type { ApiError } from '@edge-issuer/relay/cluster'
import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, toggle } from '../command-line/parameters.ts'
import { FILE, NAME, RESOURCE_NAME, text } from '../command-line/value-types.ts'
import { openCluster } from '../status/open-cluster.ts'
import { readCluster, type ClusterSnapshot } from '../status/read-cluster.ts'
import { renderStatus } from '../status/render.ts'
import { summarize } from '../status/summarize.ts'

/** For all of it: a cluster with very many requests takes some seconds. */
const DEADLINE_MS = 120_000

const parameters = {
  kubeconfig: optional(
    FILE,
    'the kubeconfig; those of KUBECONFIG merged, or ~/.kube/config, when absent',
  ),
  context: optional(text('CONTEXT'), 'context of the kubeconfig; its current one when absent'),
  namespace: optional(NAME, 'only Issuers and CertificateRequests of this namespace'),
  relayNamespace: defaulted(NAME, 'edge-issuer', 'where the relay runs'),
  leaseName: defaulted(RESOURCE_NAME, 'edge-issuer-relay', "the relay's --lease-name"),
  json: toggle('print one JSON object'),
}

/** `edge-issuer status`. */
export const status = defineCommand({
  description: `
Reads the cluster and shows: which relay leads, and its version; each Issuer and ClusterIssuer with
its state and its CA; how many requests for them there are in each state, and for each that waits or
has failed the reason, which is cut on a terminal only. Changes nothing and asks no worker; what it says of a CA is what the relay saw
at its last good check.

Of an object whose status the relay could not write it shows what the relay reported instead.

Needs "list" on issuers, clusterissuers, certificaterequests, certificatesigningrequests and events, and "get"
on the Lease and the Pod of the relay. What may not be read is named, and the rest is shown.`,
  parameters,
  exits: ['done', 'failed', 'usage', 'temporary'],
  examples: [
    'edge-issuer status',
    'edge-issuer status --context production --namespace web',
    'edge-issuer status --json',
  ],
  run: async (values, io) => {
    const { kubeconfig, context } = values
    const kube = await openCluster({ kubeconfig, context, environment: process.env }, io)
    if (!kube.ok) return err({ exit: 'failed', message: kube.error })
    const snapshot = await readCluster(kube.value, values, AbortSignal.timeout(DEADLINE_MS))
    await kube.value.close()
    const blind = unreadable(snapshot)
    if (blind !== undefined) return err(blind)
    const report = summarize(snapshot, values, io.nowMs())
    const shown = values.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : renderStatus(report, io.isTerminal)
    io.stdout(shown)
    return ok(undefined)
  },
})

/** @returns Why there is nothing to show; nothing when issuers of one kind at least can be read. */
function unreadable({ issuers, clusterIssuers }: ClusterSnapshot): Failure | undefined {
  return issuers.ok || clusterIssuers.ok ? undefined : failureOf(issuers.error)
}

function failureOf({ kind, message }: ApiError): Failure {
  switch (kind) {
    case 'not-found':
      return {
        exit: 'failed',
        message:
          'the cluster knows no issuers.edge-issuer.dev; the CRDs are not installed (kubectl apply -f crds)',
      }
    case 'unauthorized':
      return {
        exit: 'failed',
        message: `the API server does not accept the credentials of the kubeconfig: ${message}`,
      }
    case 'throttled':
    case 'unavailable':
      return { exit: 'temporary', message: `the API server gives no answer: ${message}` }
    case 'forbidden':
    case 'conflict':
    case 'gone':
    case 'invalid':
      return { exit: 'failed', message: `the API server refuses: ${message}` }
  }
}
