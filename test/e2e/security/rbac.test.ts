/**
 * Every shipped permission is needed: each is removed alone, and something fails that an
 * operator can see. A permission that is added needs a line in {@link FAULTS}: what fails without it.
 *
 * @module
 */
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import {
  type IssuerKind,
  issuerManifest,
  requestManifest,
  SECRET_NAME,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ApiProxy, startApiProxy } from '../../support/edge/api-proxy.ts'
import {
  describePermission,
  roleManifest,
  roleManifestWithout,
  shippedPermissions,
} from '../../support/edge/permissions.ts'
import {
  type EdgeEnvironment,
  getObject,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'
import {
  atStart,
  endOf,
  approvalRefused,
  type PermissionFault,
  notElected,
  notSigned,
  refuseOnce,
  relayComplaint,
  signingConflictNotResolved,
  signingRequestNotReported,
} from '../failures/permission-faults.ts'
import { bindScraper, isScraped, scrapeUnchecked, scrapeRefused } from '../observability/scrapes.ts'

const NAMESPACE = 'default'
const GROUP = 'edge-issuer.dev'
const FAILURE_LIMIT_MS = 30_000

const permissions = await shippedPermissions()

let edge: EdgeEnvironment
let proxy: ApiProxy
let metricsPort: number
/** Makes names that were not used before. */
let count = 0

beforeAll(async () => {
  ;[metricsPort = 0] = await freePorts(1)
  edge = await startEdgeEnvironment({
    isSpedUp: true,
    relayFlags: [`--metrics-bind-address=127.0.0.1:${String(metricsPort)}`],
  })
  const { plane, signer } = edge
  proxy = await startApiProxy(plane, { kubeconfig: edge.relayKubeconfig })
  await grantCredentials(plane, NAMESPACE)
  await plane.apply(
    [NAMESPACE, RELAY_SERVICE_ACCOUNT.namespace]
      .map((namespace) => secretManifest(namespace, signer.clientKeyPem))
      .concat(
        issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: NAMESPACE }),
        issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
      )
      .join('---\n'),
  )
  await edge.restartRelay({ kubeconfig: proxy.kubeconfig })
  await bindScraper(plane)
  await isScraped(plane, metricsPort, 200)
})

afterAll(async () => {
  await edge.stop()
  await proxy.stop()
})

const requestNotReported: PermissionFault = async (permission) => {
  const complaint = await relayComplaint(edge, permission)
  const name = await createRequest('ClusterIssuer')
  await complaint()
  await expectNotReady(name)
}

const issuerNotReported =
  (kind: IssuerKind): PermissionFault =>
  async (permission) => {
    const complaint = await relayComplaint(edge, permission)
    const name = await createIssuer(kind)
    await complaint()
    await expectNotReady(name)
  }

/** A request that changed while it was reconciled is read again, and cannot be. */
const conflictNotResolved: PermissionFault = async (permission) => {
  const complaint = await relayComplaint(edge, permission)
  refuseOnce(proxy, 'patch certificaterequests/status')
  await createRequest('ClusterIssuer')
  await complaint()
}

const eventNotWritten: PermissionFault = async (permission) => {
  const complaint = await relayComplaint(edge, permission)
  await createRequest('ClusterIssuer')
  await complaint()
}

/** The condition of a new issuer says it. */
const issuerSays =
  (kind: IssuerKind, text: string, spec?: object): PermissionFault =>
  async () => {
    const name = await createIssuer(kind, spec)
    await pollUntil({
      what: `${name} to say: ${text}`,
      probe: async () => {
        const message = readyOf(await getObject(edge.plane, name, NAMESPACE))?.message ?? ''
        return message.includes(text)
      },
      timeoutMs: FAILURE_LIMIT_MS,
    })
  }

const UNREADABLE = 'could not read the issuer: '
/** The issuer's condition has the command that fixes it. */
const keyNotRead = issuerSays(
  'ClusterIssuer',
  `may not read Secret "edge-issuer/${SECRET_NAME}"; grant it with: kubectl create rolebinding`,
)

const tokenNotRequested = issuerSays(
  'ClusterIssuer',
  'may not request tokens of ServiceAccount "edge-issuer/edge-issuer-relay"; grant it with: kubectl create role edge-issuer-token-requester --namespace edge-issuer',
  { authSecretName: undefined, serviceAccountRef: {}, clientName: 'cluster' },
)

/** A repeated Event becomes a series: here, that an issuer is Ready. */
const seriesNotWritten: PermissionFault = async (permission) => {
  const complaint = await relayComplaint(edge, permission)
  const { plane } = edge
  const name = await createIssuer('ClusterIssuer')
  await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], NAMESPACE)
  const forgotten = JSON.stringify({ status: { conditions: null } })
  await mustKubectl(plane, `patch ${name} --subresource=status --type=merge -p ${forgotten}`)
  await complaint()
}

/** What fails without a permission, by {@link describePermission}. */
const FAULTS: Readonly<Record<string, PermissionFault>> = {
  'edge-issuer-relay may get certificaterequests.cert-manager.io': conflictNotResolved,
  'edge-issuer-relay may list certificaterequests.cert-manager.io': atStart,
  'edge-issuer-relay may watch certificaterequests.cert-manager.io': atStart,
  'edge-issuer-relay may patch certificaterequests/status.cert-manager.io': requestNotReported,
  'edge-issuer-relay may get certificatesigningrequests.certificates.k8s.io':
    signingConflictNotResolved,
  'edge-issuer-relay may list certificatesigningrequests.certificates.k8s.io': atStart,
  'edge-issuer-relay may watch certificatesigningrequests.certificates.k8s.io': atStart,
  'edge-issuer-relay may patch certificatesigningrequests/status.certificates.k8s.io':
    signingRequestNotReported,
  'edge-issuer-relay may sign signers.certificates.k8s.io clusterissuers.edge-issuer.dev/*':
    notSigned,
  'edge-issuer-relay may get issuers.edge-issuer.dev': issuerSays('Issuer', UNREADABLE),
  'edge-issuer-relay may list issuers.edge-issuer.dev': atStart,
  'edge-issuer-relay may watch issuers.edge-issuer.dev': atStart,
  'edge-issuer-relay may get clusterissuers.edge-issuer.dev': issuerSays(
    'ClusterIssuer',
    UNREADABLE,
  ),
  'edge-issuer-relay may list clusterissuers.edge-issuer.dev': atStart,
  'edge-issuer-relay may watch clusterissuers.edge-issuer.dev': atStart,
  'edge-issuer-relay may patch issuers/status.edge-issuer.dev': issuerNotReported('Issuer'),
  'edge-issuer-relay may patch clusterissuers/status.edge-issuer.dev':
    issuerNotReported('ClusterIssuer'),
  'edge-issuer-relay may create events.events.k8s.io': eventNotWritten,
  'edge-issuer-relay may patch events.events.k8s.io': seriesNotWritten,
  'edge-issuer-leader-election may create leases.coordination.k8s.io': notElected,
  'edge-issuer-leader-election may get leases.coordination.k8s.io edge-issuer-relay': notElected,
  'edge-issuer-leader-election may watch leases.coordination.k8s.io edge-issuer-relay': notElected,
  'edge-issuer-leader-election may patch leases.coordination.k8s.io edge-issuer-relay': notElected,
  'edge-issuer-metrics-auth may create tokenreviews.authentication.k8s.io': scrapeUnchecked,
  'edge-issuer-metrics-auth may create subjectaccessreviews.authorization.k8s.io': scrapeUnchecked,
  'edge-issuer-metrics-reader may get /metrics': scrapeRefused,
  'edge-issuer-credential-reader may get secrets': keyNotRead,
  'edge-issuer-credential-reader may watch secrets': atStart,
  'edge-issuer-relay-token may create serviceaccounts/token edge-issuer-relay': tokenNotRequested,
  'cert-manager-controller-approve:edge-issuer-dev may approve signers.cert-manager.io issuers.edge-issuer.dev/*':
    approvalRefused(async () => createRequest('Issuer')),
  'cert-manager-controller-approve:edge-issuer-dev may approve signers.cert-manager.io clusterissuers.edge-issuer.dev/*':
    approvalRefused(async () => createRequest('ClusterIssuer')),
}

it('each shipped permission, and no other, has a line that says what fails without it', ({
  expect,
}) => {
  expect(permissions.map(describePermission).toSorted()).toEqual(Object.keys(FAULTS).toSorted())
})

describe('without a permission something fails, and with it all works again', () => {
  it.for(permissions.map((permission) => [describePermission(permission), permission] as const))(
    '%s',
    async ([name, permission], { expect }) => {
      const fault = FAULTS[name]
      if (fault === undefined) throw new Error('the table does not say what fails without it')
      await edge.plane.apply(roleManifestWithout(permission))
      try {
        await fault(permission, { edge, proxy, metricsPort })
      } finally {
        proxy.inject(() => undefined)
        await edge.plane.apply(roleManifest(permission.role))
      }
      expect(await endOf(edge, await createRequest('ClusterIssuer'))).toBe('Issued')
    },
  )
})

describe('the key of a client', () => {
  it('are readable where a RoleBinding allows it', async ({ expect }) => {
    expect(await asRelay(`get secret ${SECRET_NAME} -n ${NAMESPACE} -o name`)).toMatchObject({
      code: 0,
      stdout: `secret/${SECRET_NAME}\n`,
    })
  })

  it.for([
    `get secret ${SECRET_NAME} -n elsewhere`,
    'get secrets -n elsewhere',
    'get secrets -n elsewhere --watch',
    'get secrets -n kube-system',
    'get secrets --all-namespaces',
    `get secrets -n ${NAMESPACE}`,
  ])('cannot be read with kubectl %s', { tags: ['AC-23'] }, async (command, { expect }) => {
    const { plane, signer } = edge
    await plane.apply(
      [
        '{apiVersion: v1, kind: Namespace, metadata: {name: elsewhere}}',
        secretManifest('elsewhere', signer.clientKeyPem),
      ].join('\n---\n'),
    )
    const { code, stdout, stderr } = await asRelay(command)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Error from server (Forbidden)')
  })
})

/** Runs kubectl with the relay's permissions. */
const asRelay = async (command: string): ReturnType<EdgeEnvironment['plane']['kubectl']> =>
  edge.plane.kubectl(command.split(' '), { kubeconfig: edge.relayKubeconfig })

/** Creates a request for `edge`, which cert-manager approves if it may. @returns Its name for kubectl. */
async function createRequest(kind: IssuerKind): Promise<string> {
  count += 1
  const name = `request-${String(count)}`
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  const issuerRef = { group: GROUP, kind, name: 'edge' }
  await edge.plane.apply(requestManifest({ name, namespace: NAMESPACE, csrPem, issuerRef }))
  return `certificaterequest/${name}`
}

/** Creates one more issuer. @returns Its name for kubectl. */
async function createIssuer(kind: IssuerKind, spec: object = {}): Promise<string> {
  count += 1
  const name = `issuer-${String(count)}`
  const namespace = kind === 'Issuer' ? { namespace: NAMESPACE } : {}
  await edge.plane.apply(issuerManifest(edge.signer, { kind, name, spec, ...namespace }))
  return `${kind.toLowerCase()}.${GROUP}/${name}`
}

async function expectNotReady(name: string): Promise<void> {
  if (readyOf(await getObject(edge.plane, name, NAMESPACE)) !== undefined)
    throw new Error(`${name} has a Ready condition`)
}
