/**
 * Approval is a permission. Without the ClusterRole that we ship, cert-manager may not approve our
 * requests; the rest of the installation is whole.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  mustKubectl,
  readyClusterIssuer,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'
import { approvalRefusal } from '../failures/permission-faults.ts'

let edge: EdgeEnvironment

beforeAll(async () => {
  edge = await startEdgeEnvironment({ without: ['approve'] })
})

afterAll(async () => {
  await edge.stop()
})

it(
  'a request is approved, sent and issued only with the approve ClusterRole',
  { tags: ['AC-2'] },
  async ({ expect }) => {
    const { plane, signer } = edge
    await readyClusterIssuer(edge)
    const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
    const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
    const isRefused = await approvalRefusal(edge)
    await plane.apply(requestManifest({ name: 'web', namespace: 'default', csrPem, issuerRef }))

    await isRefused('default/web')
    await pollUntil({
      what: 'the relay to say what may be missing',
      probe: async () => (await described()).includes('WaitingForApproval'),
      timeoutMs: 60_000,
    })
    expect((await described()).match(/WaitingForApproval/g)).toHaveLength(1)
    expect(await described()).toMatch(
      /Normal\s+WaitingForApproval\s+.*clusterissuers\.edge-issuer\.dev\/edge .*cert-manager-controller-approve:edge-issuer-dev/,
    )
    const request = await getObject(plane, 'certificaterequest/web', 'default')
    expect(request.status.conditions).toEqual([])
    expect(await readFile(signer.worker.logFile, 'utf8')).not.toContain('"web"')

    await plane.apply(await manifests('approve'))
    await kubectlWait(plane, ['certificaterequest/web', 'condition=Ready', '120s'], 'default')
    expect(readyOf(await getObject(plane, 'certificaterequest/web', 'default'))?.reason).toBe(
      'Issued',
    )
  },
)

const described = async (): Promise<string> =>
  mustKubectl(edge.plane, 'describe certificaterequest/web -n default')
