import { generalName, name } from '@edge-issuer/testbed/pki/x509'
/**
 * Rows about CA certificates: what their holder issues is accepted.
 * @module
 */
import type { RefusalCode } from '../../../shared/src/index.ts'
import type { Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { CertificateRecipe, HostileRequest, IssuedLeaf } from './hostile-request.ts'
import { CA_USAGES } from './words.ts'

/** A CA certificate, what its holder issues, and who accepts that. */
export interface SubCaRow {
  readonly title: string
  readonly ca: AuthorityName
  readonly client: ClientName
  readonly code: RefusalCode
  readonly also?: readonly RefusalCode[]
  /** `true` when absent. */
  readonly isCA?: boolean
  readonly subject?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
  readonly usages?: readonly string[]
  readonly profile?: Readonly<Record<string, unknown>>
  readonly certificate?: CertificateRecipe
  readonly leaf: IssuedLeaf
  readonly as: Use
  readonly by: readonly VerifierName[]
}

export const EVERYBODY: readonly VerifierName[] = [
  'openssl',
  'curl',
  'Node',
  'Python',
  'Go',
  'Java',
]
/** Those that compare names as OpenSSL does. */
export const OPENSSL: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python']

const SUBJECT = name(['O', 'Acme'], ['CN', 'Team CA'])

/** A certificate for www.evil.com. */
export const EVIL: IssuedLeaf = { names: [generalName.dns('www.evil.com')] }

/** A TLS server of this name. */
export const server = (host: string): Use => ({ kind: 'server', host })

/** The request of a row. */
export function toRequest(row: SubCaRow): HostileRequest {
  const { leaf, as, by, subject = SUBJECT, extensions, ...rest } = row
  return {
    usages: CA_USAGES,
    isCA: true,
    ...rest,
    title: `${rest.title} (${rest.ca} CA)`,
    csr: { subject, ...(extensions === undefined ? {} : { extensions }) },
    proof: { kind: 'issues', leaf, as, by },
  }
}
