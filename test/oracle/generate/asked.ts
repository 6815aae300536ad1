/**
 * A request in plain words, before it is put into DER: what the certificate is to say follows from it.
 * @module
 */
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'
import type { Issuer } from './issuers.ts'
import type { NamedProfile } from './profiles.ts'

/** One attribute of a subject. */
export interface AskedAttribute {
  /** A short name, or an object identifier. */
  readonly type: string
  readonly value: string
  readonly encoding: 'utf8' | 'printable' | 'ia5' | 'teletex' | 'bmp' | 'numeric'
}

/** RDNs, the root of the tree first. */
export type AskedSubject = readonly (readonly AskedAttribute[])[]

/** One subject alternative name. */
export type AskedName =
  | { readonly kind: 'dns' | 'uri' | 'email'; readonly value: string }
  | { readonly kind: 'ip'; readonly bytes: readonly number[] }
  | { readonly kind: 'otherName'; readonly typeId: string; readonly value: string }

/** What the certification request says besides subject and names, which need not be there. */
export interface AskedInCsr {
  readonly hasUsages: boolean
  readonly hasBasicConstraints: boolean
  /** Domains of name constraints; only in requests for CA certificates. */
  readonly constrainedTo: readonly string[]
  readonly areConstraintsCritical: boolean
}

/** A whole request, to one CA under one profile at one time. */
export interface Asked {
  readonly issuer: Issuer
  readonly profile: NamedProfile
  readonly key: KeyPair
  readonly nowMs: number
  readonly durationSeconds: number
  readonly isCA: boolean
  /** cert-manager's words; complete. */
  readonly usages: readonly string[]
  readonly subject: AskedSubject
  readonly names: readonly AskedName[]
  readonly inCsr: AskedInCsr
}
