import {
  type IssuerKind,
  issuerManifest,
  SECRET_NAME,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
/**
 * Only Secrets of issuers leave the API server, and only from namespaces where a RoleBinding permits
 * it. No spec can lead anywhere else.
 *
 * @module
 */
import { afterAll, beforeAll, it } from 'vitest'
import { type ApiProxy, startApiProxy } from '../../support/edge/api-proxy.ts'
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

const HOME = RELAY_SERVICE_ACCOUNT.namespace

let edge: EdgeEnvironment
let proxy: ApiProxy

/** `open` has a RoleBinding and `closed` has none; both have the Secret, and so has kube-system. */
beforeAll(async () => {
  edge = await startEdgeEnvironment()
  const { plane, signer, relayKubeconfig } = edge
  proxy = await startApiProxy(plane, { kubeconfig: relayKubeconfig })
  await mustKubectl(plane, 'create namespace open')
  await mustKubectl(plane, 'create namespace closed')
  await grantCredentials(plane, 'open')
  await plane.apply(
    ['open', 'closed', 'kube-system']
      .map((namespace) => secretManifest(namespace, signer.clientKeyPem))
      .concat(
        issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'open' }),
        issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'closed' }),
        issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
      )
      .join('---\n'),
  )
  await edge.restartRelay({ kubeconfig: proxy.kubeconfig })
})

afterAll(async () => {
  await edge.stop()
  await proxy.stop()
})

/** Waits until the issuer is not Ready. @returns Its message */
async function notReady(kind: IssuerKind, namespace: string): Promise<string> {
  const name = `${kind.toLowerCase()}.edge-issuer.dev/edge`
  await kubectlWait(edge.plane, [name, 'condition=Ready=False', TIMEOUT], namespace)
  return readyOf(await getObject(edge.plane, name, namespace))?.message ?? ''
}

const isReady = async (kind: IssuerKind, namespace: string): Promise<void> =>
  kubectlWait(
    edge.plane,
    [`${kind.toLowerCase()}.edge-issuer.dev/edge`, 'condition=Ready', TIMEOUT],
    namespace,
  )

/** Namespaces, or `all`, of the calls about Secrets that `which` chooses by the API server's answer. */
const namespacesAsked = (which: (status: number) => boolean): readonly string[] => [
  ...new Set(
    proxy.calls
      .filter(({ kind, serverStatus = 0 }) => kind.endsWith(' secrets') && which(serverStatus))
      .map(({ path }) => /^\/api\/v1\/namespaces\/([^/]+)\/secrets/.exec(path)?.[1] ?? 'all'),
  ),
]

it('the Secret of an Issuer is read in its own namespace, if permitted', async ({ expect }) => {
  await isReady('Issuer', 'open')
  expect(await notReady('Issuer', 'closed')).toContain(
    `may not read Secret "closed/${SECRET_NAME}"; grant it with: kubectl create rolebinding`,
  )
})

it(
  'the Secret of a ClusterIssuer is read in the namespace of the relay only',
  { tags: ['AC-23'] },
  async ({ expect }) => {
    expect(await notReady('ClusterIssuer', 'default')).toContain(
      `Secret "${HOME}/${SECRET_NAME}" not found`,
    )
    await edge.plane.apply(secretManifest(HOME, edge.signer.clientKeyPem))
    await isReady('ClusterIssuer', 'default')
  },
)

it(
  'only Secrets of issuers are requested, and none outside of the permitted namespaces is returned',
  { tags: ['AC-23'] },
  ({ expect }) => {
    expect(namespacesAsked((status) => status === 200).toSorted()).toEqual([HOME, 'open'])
    expect(namespacesAsked((status) => status === 403)).toEqual(['closed'])
    expect(namespacesAsked(() => true).toSorted()).toEqual(['closed', HOME, 'open'])
  },
)

it.for([
  { verb: 'get', namespace: HOME, answer: 'yes' },
  { verb: 'get', namespace: 'open', answer: 'yes' },
  { verb: 'get', namespace: 'closed', answer: 'no' },
  { verb: 'get', namespace: 'kube-system', answer: 'no' },
  { verb: 'list', namespace: HOME, answer: 'no' },
  { verb: 'list', namespace: 'open', answer: 'no' },
  { verb: 'create', namespace: 'open', answer: 'no' },
  { verb: 'update', namespace: 'open', answer: 'no' },
])(
  '23: may the relay $verb Secrets in $namespace? $answer',
  async ({ verb, namespace, answer }, { expect }) => {
    const { plane, relayKubeconfig: kubeconfig } = edge
    const command = `auth can-i ${verb} secrets -n ${namespace}`
    const { stdout } = await plane.kubectl(command.split(' '), { kubeconfig })
    expect(stdout.trim()).toBe(answer)
  },
)
