/**
 * Relying parties as tests see them: programs that accept a certificate for a use, or refuse it.
 * Each shares no code with the product.
 * @module
 */
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'

/** A certificate as its holder presents it, and the root that the relying party trusts. DER. */
export interface Presented {
  readonly certificate: Uint8Array
  /** The issuing CA first, without the root. */
  readonly intermediates: readonly Uint8Array[]
  readonly root: Uint8Array
  /** The private key of the certificate. */
  readonly key: KeyPair
}

/** What the holder uses the certificate for. */
export type Use =
  /** As a TLS server that is called by a host name or an IP address. */
  | { readonly kind: 'server'; readonly host: string }
  /** As a TLS client. */
  | { readonly kind: 'client' }
  /** As a mailbox, in S/MIME. */
  | { readonly kind: 'email'; readonly address: string }
  /** As a workload with a URI, as SPIFFE has them. */
  | { readonly kind: 'uri'; readonly uri: string }
  /** For an extended key usage, by object identifier. */
  | { readonly kind: 'usage'; readonly oid: string }
  /** As a certificate of this root, for anything. */
  | { readonly kind: 'chain' }

/** One use of one certificate. */
export interface Probe {
  readonly presented: Presented
  readonly use: Use
}

/** Why a verifier refuses the use, in its own words; `undefined` when it accepts it. */
export type Refused = string | undefined

/** A program that verifies certificates. */
export interface Verifier {
  readonly name: VerifierName
  /**
   * The program and its version.
   *
   * @returns `undefined` when this machine does not have the program
   */
  readonly version: () => Promise<string | undefined>
  /** One answer for each probe, in the same order. */
  readonly verify: (probes: readonly Probe[]) => Promise<readonly Refused[]>
}

/** Every verifier of these tests. */
export const VERIFIER_NAMES = ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java'] as const
export type VerifierName = (typeof VERIFIER_NAMES)[number]

/** The answer of a verifier that has no notion of this use. */
export const NOT_CHECKED = 'this verifier does not check this use'

/** In words, for test output. */
export function useToText(use: Use): string {
  switch (use.kind) {
    case 'server': {
      return `the server ${JSON.stringify(use.host)}`
    }
    case 'client': {
      return 'a client'
    }
    case 'email': {
      return `the mailbox ${JSON.stringify(use.address)}`
    }
    case 'uri': {
      return `the workload ${JSON.stringify(use.uri)}`
    }
    case 'usage': {
      return `the usage ${use.oid}`
    }
    case 'chain': {
      return 'any use'
    }
  }
}
