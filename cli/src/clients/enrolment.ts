/**
 * How a new client proves its identity: the flags for it, and the members of its entry.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, repeated, toggle, type Values } from '../command-line/parameters.ts'
import { FILE, text } from '../command-line/value-types.ts'
import { openCluster } from '../status/open-cluster.ts'
import type { Io } from '../terminal/io.ts'
import { readDocument } from './clients-file.ts'
import { type EntryParts, readKeyParts } from './new-entry.ts'
import { readClusterTokens, readJwks, RELAY_SUBJECT, SUBJECT } from './token-identity.ts'

/** Timeout for both reads of the API server, in milliseconds. */
const DEADLINE_MS = 30_000

/** Flags that say how a client proves its identity. */
export const enrolmentParameters = {
  fromCluster: toggle('read the token issuer and the token keys from the cluster of a kubeconfig'),
  kubeconfig: optional(
    FILE,
    'kubeconfig for --from-cluster; when absent, the merged files of KUBECONFIG, or ~/.kube/config',
  ),
  kubeContext: optional(
    text('CONTEXT'),
    'context of the kubeconfig for --from-cluster; when absent, its current context',
  ),
  jwks: optional(FILE, 'public token keys of the cluster, a JSON Web Key Set; - for stdin'),
  discoveryUrl: optional(text('URL'), 'https URL of the OpenID configuration of the token issuer'),
  tokenIssuer: optional(
    text('ISSUER'),
    '"iss" of the tokens, for --jwks and --discovery-url: "issuer" in the output of "kubectl get --raw /.well-known/openid-configuration"',
  ),
  subject: repeated(
    SUBJECT,
    "ServiceAccount whose tokens count, system:serviceaccount:NAMESPACE:NAME; when absent, the relay's",
  ),
  noJwksPush: toggle('the relay may not replace the token keys after a rotation'),
  key: optional(FILE, "the client's public key (PEM), or the file that client create wrote"),
}

/** Parsed values of {@link enrolmentParameters}. */
export type EnrolmentValues = Values<typeof enrolmentParameters> & { readonly name: string }

/** @returns Members of the entry: `keys` or `identity`, and the rules if the file of `--key` has them. */
export async function enrolledParts(
  values: EnrolmentValues,
  io: Io,
): Promise<Result<EntryParts, Failure>> {
  const { name, fromCluster, key, jwks, discoveryUrl, tokenIssuer } = values
  const ways = [fromCluster ? '' : undefined, jwks, discoveryUrl, key]
  if (ways.filter((way) => way !== undefined).length !== 1) {
    const ofAdmin = key === undefined ? '' : "; the admin's key is given with --admin-key here"
    return usage(`give exactly one of --from-cluster, --jwks, --discovery-url and --key${ofAdmin}`)
  }
  const surplus = surplusFlag(values)
  if (surplus !== undefined) return usage(surplus)
  if (key !== undefined) {
    const parts = await readKeyParts(key, name, io)
    return parts.ok ? parts : failed(parts.error)
  }
  if (fromCluster) return fromKubeconfig(values, io)
  if (tokenIssuer === undefined) {
    return usage('--token-issuer: the flag is required with --jwks and --discovery-url')
  }
  if (jwks === undefined) return ok(identityOf({ issuer: tokenIssuer, discoveryUrl }, values))
  const document = await readDocument(jwks, io)
  if (!document.ok) return failed(document.error)
  const keys = readJwks(document.value, `"${jwks}"`)
  return keys.ok
    ? ok(identityOf({ issuer: tokenIssuer, jwks: keys.value }, values))
    : failed(keys.error)
}

/** @returns An error if a flag is given that has no effect. */
function surplusFlag(values: EnrolmentValues): string | undefined {
  const { fromCluster, key, kubeconfig, kubeContext, tokenIssuer, subject, noJwksPush } = values
  if (!fromCluster && kubeconfig !== undefined) return '--kubeconfig requires --from-cluster'
  if (!fromCluster && kubeContext !== undefined) return '--kube-context requires --from-cluster'
  if (fromCluster && tokenIssuer !== undefined) {
    return '--token-issuer excludes --from-cluster, which reads it from the cluster'
  }
  const isToken = subject.length > 0 || noJwksPush || tokenIssuer !== undefined
  return key !== undefined && isToken
    ? '--subject, --token-issuer and --no-jwks-push are about tokens, and exclude --key'
    : undefined
}

function identityOf(
  tokens: { readonly issuer: string } & EntryParts,
  { subject, noJwksPush }: EnrolmentValues,
): EntryParts {
  const subjects = subject.length === 0 ? [RELAY_SUBJECT] : subject
  return { identity: { ...tokens, subjects, ...(noJwksPush ? { jwksPush: false } : {}) } }
}

async function fromKubeconfig(
  values: EnrolmentValues,
  io: Io,
): Promise<Result<EntryParts, Failure>> {
  const { kubeconfig, kubeContext: context } = values
  const environment = process.env
  const kube = await openCluster({ kubeconfig, context, environment }, io)
  if (!kube.ok) return failed(kube.error)
  try {
    const tokens = await readClusterTokens(kube.value, AbortSignal.timeout(DEADLINE_MS))
    return tokens.ok ? ok(identityOf({ ...tokens.value }, values)) : tokens
  } finally {
    await kube.value.close()
  }
}

const usage = (message: string): Result<never, Failure> => err({ exit: 'usage', message })
const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })
