/**
 * The Issuer or ClusterIssuer that goes with a client.
 *
 * @module
 */
import { CLUSTER_ISSUER, ISSUER } from '@edge-issuer/relay/cluster'
import { type ClientRecord, err, ok, type Result } from '@edge-issuer/shared'
import { clientEntrySchema } from '@edge-issuer/signer-worker/config'
import { RELAY_SUBJECT, readSubject } from './token-identity.ts'

/** Kinds of issuer objects. */
export const ISSUER_KINDS = ['ClusterIssuer', 'Issuer'] as const

/** What the command was given. */
export interface ManifestOptions {
  readonly kind: (typeof ISSUER_KINDS)[number]
  /** `undefined` for a ClusterIssuer. */
  readonly namespace: string | undefined
  /** Name of the object. */
  readonly name: string
  /** Issuer of the worker. */
  readonly issuer: string
  /** The client's default when `undefined`. */
  readonly profile: string | undefined
  /** For a client with a registered key. */
  readonly secretName: string
  readonly url: string
  /** Roots of the worker's TLS certificate, PEM; the system's when `undefined`. */
  readonly caBundlePem: string | undefined
}

/** @returns The object, ready to be formatted as YAML; or an error if the client cannot use it. */
export function issuerManifest(
  record: ClientRecord,
  options: ManifestOptions,
): Result<object, string> {
  const { kind, namespace, name, issuer, profile, url, caBundlePem } = options
  const unusable = unusableName(record, options)
  if (unusable !== undefined) return err(unusable)
  const credential = credentialOf(record, options)
  if (!credential.ok) return credential
  const { group, version } = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  return ok({
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      url: url.replace(/\/+$/, ''),
      ...credential.value,
      issuer,
      ...(profile === undefined ? {} : { profile }),
      ...(caBundlePem === undefined
        ? {}
        : { caBundle: Buffer.from(caBundlePem).toString('base64') }),
    },
  })
}

const listOf = (names: unknown): readonly unknown[] => (Array.isArray(names) ? names : [])

function unusableName(
  { name, entry }: ClientRecord,
  { issuer, profile }: ManifestOptions,
): string | undefined {
  const issuers = listOf(entry['issuers'])
  const profiles = listOf(entry['profiles'])
  if (!issuers.includes(issuer)) {
    return `client "${name}" may not use issuer "${issuer}"; its issuers are: ${issuers.join(', ')}`
  }
  return profile === undefined || profiles.includes(profile)
    ? undefined
    : `client "${name}" may not use profile "${profile}"; its profiles are: ${profiles.join(', ')}`
}

function credentialOf(
  { name: clientName, entry }: ClientRecord,
  { kind, namespace, secretName }: ManifestOptions,
): Result<object, string> {
  const { identity } = clientEntrySchema.safeParse(entry).data ?? {}
  if (identity === undefined) return ok({ authSecretName: secretName })
  if (kind === 'ClusterIssuer' && identity.subjects.includes(RELAY_SUBJECT)) {
    // Without a name it is the relay's own, wherever the cluster resource namespace is.
    return ok({ serviceAccountRef: {}, clientName })
  }
  const accounts = identity.subjects.map(readSubject)
  const account = accounts.find((one) => kind === 'ClusterIssuer' || one?.namespace === namespace)
  if (account !== undefined) return ok({ serviceAccountRef: { name: account.name }, clientName })
  return err(
    `client "${clientName}" has no ServiceAccount in namespace "${namespace ?? ''}"; its subjects are: ${identity.subjects.join(', ')}`,
  )
}
