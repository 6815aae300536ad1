import { name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
/**
 * Rows about subject alternative names.
 * @module
 */
import type { RefusalCode } from '../../../shared/src/index.ts'
import type { Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { HostileRequest } from './hostile-request.ts'

/** Names, and what verifiers accept them as. */
export interface NameRow {
  readonly title: string
  /** GeneralNames. */
  readonly names: readonly Uint8Array[]
  readonly as: Use
  readonly by: readonly VerifierName[]
  readonly code: RefusalCode
  readonly ca: AuthorityName
  readonly client: ClientName
  readonly usages?: readonly string[]
}

export const EVERYBODY: readonly VerifierName[] = [
  'openssl',
  'curl',
  'Node',
  'Python',
  'Go',
  'Java',
]

/** Limited by the rules of the client alone. */
export const BY_CLIENT = { ca: 'open', client: 'restricted' } as const
/** By names that the issuing CA excludes alone. */
export const EXCLUDED = { ca: 'excluding', client: 'free' } as const
/** By nothing but what is never certified. */
export const FREE = { ca: 'open', client: 'free' } as const

export const CHAIN: Use = { kind: 'chain' }

/** A TLS server of this name. */
export const server = (host: string): Use => ({ kind: 'server', host })

/** The request of a row. */
export function toRequest({ names, as, by, ...rest }: NameRow): HostileRequest {
  return {
    ...rest,
    title: `${rest.title} (${rest.ca} CA)`,
    csr: { subject: name(['O', 'Acme']), extensions: [subjectAltName(...names)] },
    proof: { kind: 'used', as, by },
  }
}
