import type { CsrOptions } from '@edge-issuer/testbed/pki/csr'
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'
/**
 * A request for a certificate beyond policy, what the policy answers, and what proves that the refusal
 * matters: verifiers that accept the same certificate when another program issues it.
 * @module
 */
import type { RefusalCode, SignRequest } from '../../../shared/src/index.ts'
import type { Presented, Refused, Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'

/** One row of the tables. */
export interface HostileRequest {
  readonly title: string
  readonly ca: AuthorityName
  readonly client: ClientName
  /** The certification request; extensions in the order of the certificate. */
  readonly csr: CsrOptions
  /** In place of the certification request that `csr` makes. */
  readonly der?: Uint8Array
  /** As cert-manager names them; {@link SERVER_USAGES} when absent. */
  readonly usages?: readonly string[]
  readonly isCA?: boolean
  readonly origin?: Partial<SignRequest['origin']>
  /** Options of the profile. */
  readonly profile?: Readonly<Record<string, unknown>>
  /** The code of the answer: that of the first refusal. */
  readonly code: RefusalCode
  /** Codes of further refusals. */
  readonly also?: readonly RefusalCode[]
  readonly certificate?: CertificateRecipe
  readonly proof: Proof
}

/** How another program makes the certificate, where it is not simply the request's. */
export interface CertificateRecipe {
  /** `hand`: octet by octet, where openssl does not write it. */
  readonly by?: 'openssl' | 'hand'
  /** In place of the request's own. */
  readonly extensions?: readonly Uint8Array[]
  readonly subject?: Uint8Array
  readonly key?: KeyPair
}

/** What is done with the certificate, and who accepts it. */
export type Proof =
  /** The certificate itself is used. */
  | { readonly kind: 'used'; readonly as: Use; readonly by: readonly VerifierName[] }
  /** The certificate issues another one, and that is used. */
  | {
      readonly kind: 'issues'
      readonly leaf: IssuedLeaf
      readonly as: Use
      readonly by: readonly VerifierName[]
    }
  /** Something of its own; {@link Refused} says why it fails. */
  | {
      readonly kind: 'shown'
      /** In words, for the test's name. */
      readonly what: string
      readonly show: (presented: Presented) => Promise<Refused>
    }

/** What the holder of a CA certificate issues. */
export interface IssuedLeaf {
  /** GeneralNames. */
  readonly names: readonly Uint8Array[]
  /** In DER. */
  readonly subject?: Uint8Array
  /** Extended key usages; server auth when absent, none when empty. */
  readonly usages?: readonly string[]
  /** Subjects of further CA certificates between the two. */
  readonly through?: readonly Uint8Array[]
}
