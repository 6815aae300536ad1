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

/** Timeout for all reads, in milliseconds: a cluster with very many requests takes some seconds. */
const DEADLINE_MS = 120_000

const parameters = {
  kubeconfig: optional(
    FILE,
    'kubeconfig; when absent, the merged files of KUBECONFIG, or ~/.kube/config',
  ),
  context: optional(text('CONTEXT'), 'context of the kubeconfig; when absent, its current context'),
  namespace: optional(NAME, 'only Issuers and CertificateRequests in this namespace'),
  relayNamespace: defaulted(NAME, 'edge-issuer', 'namespace of the relay'),
  leaseName: defaulted(RESOURCE_NAME, 'edge-issuer-relay', "the relay's --lease-name"),
  json: toggle('print one JSON object'),
}

/** `edge-issuer status`. */
export const status = defineCommand({
  description: `
Reads the cluster and shows the leading relay with its version, each Issuer and ClusterIssuer with its
state and its CA, the number of requests in each state, and the reason for each pending or failed
request, which is shortened on a terminal only. Changes nothing and contacts no worker; CAs are shown
as of the relay's last successful check.

If the relay could not write the status of an object, the output shows what it reported in an Event.

Requires "list" on issuers, clusterissuers, certificaterequests, certificatesigningrequests and events,
and "get" on the Lease and the Pod of the relay. The output names what could not be read and shows the
rest.`,
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
    const failure = unreadable(snapshot)
    if (failure !== undefined) return err(failure)
    const report = summarize(snapshot, values, io.nowMs())
    const shown = values.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : renderStatus(report, io.isTerminal)
    io.stdout(shown)
    return ok(undefined)
  },
})

/** @returns The failure if neither Issuers nor ClusterIssuers can be read. */
function unreadable({ issuers, clusterIssuers }: ClusterSnapshot): Failure | undefined {
  return issuers.ok || clusterIssuers.ok ? undefined : failureOf(issuers.error)
}

function failureOf({ kind, message }: ApiError): Failure {
  switch (kind) {
    case 'not-found':
      return {
        exit: 'failed',
        message:
          'the cluster has no resource issuers.edge-issuer.dev; a cluster admin must install the CRDs (kubectl apply -f crds)',
      }
    case 'unauthorized':
      return {
        exit: 'failed',
        message: `the API server rejects the credentials in the kubeconfig: ${message}`,
      }
    case 'throttled':
    case 'unavailable':
      return { exit: 'temporary', message: `no response from the API server: ${message}` }
    case 'forbidden':
    case 'conflict':
    case 'gone':
    case 'invalid':
      return { exit: 'failed', message: `the API server rejects the request: ${message}` }
  }
}
