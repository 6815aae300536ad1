/**
 * Rows about common names: each under limits that only the issuing CA has, and under limits that only
 * the client has.
 * @module
 */
import { subjectAltName } from '@edge-issuer/testbed/pki/x509'
import type { VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { HostileRequest } from './hostile-request.ts'

/** Who limits names. */
export interface Context {
  readonly ca: AuthorityName
  readonly client: ClientName
}

export const BY_CA: Context = { ca: 'constrained', client: 'free' }
export const BY_CLIENT: Context = { ca: 'open', client: 'restricted' }
/** A CA that limits addresses and no DNS names. */
export const BY_ADDRESSES: Context = { ca: 'addresses', client: 'free' }

/** A subject, and the host that verifiers read in it. */
export interface CommonNameRow {
  readonly title: string
  readonly subject: Uint8Array
  readonly host: string
  readonly by: readonly VerifierName[]
  /** Under which limits; both when absent. */
  readonly under?: readonly Context[]
  /** Names of the subjectAltName extension; no extension when absent. */
  readonly names?: readonly Uint8Array[]
  readonly usages?: readonly string[]
  readonly profile?: Readonly<Record<string, unknown>>
}

/** Go alone reads no common name. */
export const ALL_BUT_GO: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python', 'Java']

/** A request for each of the limits. */
export function toRequests(row: CommonNameRow): readonly HostileRequest[] {
  const { title, subject, host, by, under = [BY_CA, BY_CLIENT], names, ...rest } = row
  const extensions = names === undefined ? {} : { extensions: [subjectAltName(...names)] }
  const requests: HostileRequest[] = []
  for (const context of under) {
    requests.push({
      ...context,
      ...rest,
      title: `${title}, as the common name (${context.ca} CA)`,
      csr: { subject, ...extensions },
      code: 'subject_not_allowed',
      proof: { kind: 'used', as: { kind: 'server', host }, by },
    })
  }
  return requests
}
