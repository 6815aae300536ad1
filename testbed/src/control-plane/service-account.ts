import type { ApiClient } from './api-client.ts'
import type { ClusterPki } from './cluster-pki.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import type { StateDirectory } from './state-directory.ts'

/** Longer than any run of the tests or the demo: these tokens are not renewed. */
const TOKEN_LIFETIME_SECONDS = 30 * 86_400

/** Which ServiceAccount. */
export interface ServiceAccountRef {
  readonly namespace: string
  readonly name: string
}

/** Where the ServiceAccount is, and where its kubeconfig goes. */
export interface ServiceAccountContext {
  readonly client: ApiClient
  readonly state: StateDirectory
  readonly pki: ClusterPki
}

/**
 * Asks for a token of the ServiceAccount (TokenRequest) and writes a kubeconfig with it. Its user
 * has the permissions of the ServiceAccount and no others.
 * @throws Error when there is no such ServiceAccount
 */
export async function writeServiceAccountKubeconfig(
  context: ServiceAccountContext,
  ref: ServiceAccountRef,
): Promise<string> {
  const { client, state, pki } = context
  const { status, body } = await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${ref.namespace}/serviceaccounts/${ref.name}/token`,
    body: JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_LIFETIME_SECONDS },
    }),
  })
  if (status !== 201) {
    throw new Error(`no token for ServiceAccount ${ref.namespace}/${ref.name}: ${body}`)
  }
  return writeKubeconfig({
    folder: state.kubeconfigs,
    name: `${ref.namespace}-${ref.name}`,
    server: client.server,
    caPem: pki.authority.pem,
    login: { kind: 'token', token: tokenIn(body) },
  })
}

function tokenIn(body: string): string {
  const answer: unknown = JSON.parse(body)
  const status = field(answer, 'status')
  const token = field(status, 'token')
  if (typeof token !== 'string') throw new Error('the TokenRequest was answered without a token')
  return token
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
