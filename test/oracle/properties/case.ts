/**
 * One case of the property test in plain words: what a CA, a profile and a client allow, and what is
 * requested.
 * @module
 */
import type { Address, Usage } from './vocabulary.ts'

/** A subtree of names, as a CA certificate or a request has it. */
export type Subtree =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly base: string }
  /** Address and prefix length. */
  | { readonly kind: 'ip'; readonly base: readonly number[]; readonly prefix: number }

export interface Constraints {
  readonly permitted: readonly Subtree[]
  readonly excluded: readonly Subtree[]
}

/** What one CA certificate of a chain limits. */
export interface CaLimits {
  readonly constraints: Constraints
  readonly pathLength: number | undefined
  /** Object identifiers; no limit when undefined. */
  readonly usages: readonly string[] | undefined
}

/** Options of a profile that differ between cases. */
export interface ProfileRules {
  readonly usages: readonly Usage[] | null
  readonly onMissingUsages: 'fill' | 'reject'
  readonly subjectAltNames: readonly ('dns' | 'ip' | 'uri' | 'email' | 'otherName')[]
  readonly wildcards: boolean
  readonly isCA: boolean
  readonly requireCertSign: boolean
  readonly pathLength: number | null
  readonly requireNameConstraints: boolean
  readonly permittedFromClient: boolean
}

/** `allowed` of a client; a list that is undefined is absent from it. */
export interface ClientLists {
  readonly dns: readonly string[] | undefined
  readonly ip: readonly string[] | undefined
  readonly email: readonly string[] | undefined
  readonly uri: readonly string[] | undefined
  readonly usages: readonly Usage[]
  readonly isCA: boolean
}

/** One name that is requested. */
export type RequestedName =
  | { readonly kind: 'dns' | 'email' | 'uri' | 'utf8Mailbox'; readonly value: string }
  /** An IPv4 address may be in the form of IPv6. */
  | { readonly kind: 'ip'; readonly address: Address; readonly isMapped: boolean }

/** How a common name is spelled and encoded. */
export interface RequestedCommonName {
  readonly text: string
  readonly encoding: 'utf8' | 'printable' | 'teletex' | 'bmp' | 'ia5'
}

/** What is allowed. */
export interface World {
  /** The issuing CA; by number in a pool. */
  readonly authority: number
  readonly profile: ProfileRules
  /** `undefined` for a client that may request whatever the profile allows. */
  readonly client: ClientLists | undefined
}

/** A whole case. */
export interface Case extends World {
  readonly commonNames: readonly RequestedCommonName[]
  readonly subjectEmails: readonly string[]
  readonly names: readonly RequestedName[]
  readonly usages: readonly Usage[]
  readonly isCA: boolean
  /** Of the certification request; absent when undefined. */
  readonly basicConstraints: { readonly pathLength: number | undefined } | undefined
  readonly constraints: Constraints | undefined
  readonly keyType: 'P-256' | 'RSA-2048' | 'Ed25519'
}
