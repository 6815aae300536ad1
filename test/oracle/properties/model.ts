/**
 * What the rules of a case allow, worked out from the documentation and with nothing of the worker's
 * policy: patterns become regular expressions, subtrees are compared as RFC 5280 §4.2.1.10 says.
 * @module
 */
import type { CaLimits, Case, Constraints, Subtree } from './case.ts'
import {
  type Address,
  ADDRESSES,
  EXT_KEY_USAGES,
  type ExtKeyUsage,
  type Usage,
} from './vocabulary.ts'

/** What is allowed in one case. */
export class Rules {
  readonly #case: Case
  /** Below the root, the issuing CA first. */
  readonly #cas: readonly CaLimits[]

  constructor(of: Case, cas: readonly CaLimits[]) {
    this.#case = of
    this.#cas = cas
  }

  /** A server by this host name. */
  allowsHost(host: string): boolean {
    return (
      this.#case.profile.subjectAltNames.includes('dns') &&
      this.#clientAllowsHost(host) &&
      this.#casAllow((constraints) => permitsHost(constraints, host))
    )
  }

  /** A server by this address. */
  allowsAddress(address: Address): boolean {
    return (
      this.#case.profile.subjectAltNames.includes('ip') &&
      this.#clientAllowsAddress(address) &&
      this.#casAllow((constraints) => permitsAddress(constraints, address))
    )
  }

  /** A mailbox. */
  allowsMailbox(mailbox: string): boolean {
    const { client } = this.#case
    return (
      (client === undefined || matchesOne(client.email, mailbox)) &&
      this.#casAllow((constraints) => permitsMailbox(constraints, mailbox))
    )
  }

  /** A workload by this URI. */
  allowsUri(uri: string): boolean {
    const { client, profile } = this.#case
    return (
      profile.subjectAltNames.includes('uri') &&
      (client === undefined || matchesOne(client.uri, uri))
    )
  }

  /** A purpose of the certificate itself. */
  allowsUsage(usage: ExtKeyUsage): boolean {
    if (this.#isUnlisted()) return !this.#namesUsages() || this.lists(usage)
    return this.lists(usage) || this.lists('any')
  }

  /** Issuing certificates, with so many further CAs between them and the certificate. */
  allowsIssuing(depth: number): boolean {
    const { isCA, profile, client, usages } = this.#case
    if (!isCA || !profile.isCA || client?.isCA === false) return false
    if (!usages.includes('cert sign') || !this.lists('cert sign')) return false
    const [issuing] = this.#cas
    const left = issuing?.pathLength === undefined ? Infinity : issuing.pathLength - 1
    return depth <= (profile.pathLength ?? Infinity) && depth <= left
  }

  /** A host of a certificate that the holder issues. */
  allowsIssuedHost(host: string): boolean {
    return (
      this.#clientAllowsHost(host) &&
      this.#casAllow((constraints) => permitsHost(constraints, host)) &&
      (this.#isLimited('dns') || !this.#case.profile.requireNameConstraints)
    )
  }

  /** An address of a certificate that the holder issues. */
  allowsIssuedAddress(address: Address): boolean {
    return (
      this.#clientAllowsAddress(address) &&
      this.#casAllow((constraints) => permitsAddress(constraints, address)) &&
      (this.#isLimited('ip') || !this.#case.profile.requireNameConstraints)
    )
  }

  /** A purpose of a certificate that the holder issues. */
  allowsIssuedUsage(usage: ExtKeyUsage): boolean {
    return this.#isUnlisted() ? this.allowsUsage(usage) : this.lists(usage) || this.lists('any')
  }

  /** Whether neither the profile nor the client has a list of usages. */
  #isUnlisted(): boolean {
    return this.#case.profile.usages === null && this.#case.client === undefined
  }

  /** Whether the request names an extended usage. */
  #namesUsages(): boolean {
    return this.#case.usages.some((usage) => usage in EXT_KEY_USAGES)
  }

  /** Whether the profile and the client both allow a usage by name. */
  lists(usage: Usage): boolean {
    const { profile, client } = this.#case
    const inProfile =
      profile.usages === null ? !MUST_BE_NAMED.has(usage) : profile.usages.includes(usage)
    return inProfile && (client === undefined || client.usages.includes(usage))
  }

  #clientAllowsHost(host: string): boolean {
    const { client } = this.#case
    return client === undefined || matchesOne(client.dns, host)
  }

  #clientAllowsAddress(address: Address): boolean {
    const { client } = this.#case
    return client === undefined || matchesOne(client.ip, address)
  }

  #casAllow(isPermitted: (constraints: Constraints) => boolean): boolean {
    return this.#cas.every(({ constraints }) => isPermitted(constraints))
  }

  /** Whether the request, a CA above or the client's rules limit the names of a kind at all. */
  #isLimited(kind: 'dns' | 'ip'): boolean {
    const { constraints, profile, client } = this.#case
    const own = constraints === undefined ? [] : [constraints]
    const isLimit = ({ permitted }: Constraints): boolean => {
      const subtrees = permitted.filter((subtree) => subtree.kind === kind)
      return subtrees.length > 0 && !subtrees.some(isEverything)
    }
    return (
      [...own, ...this.#cas.map((ca) => ca.constraints)].some(isLimit) ||
      (profile.permittedFromClient && client !== undefined)
    )
  }
}

/** Usages that no profile allows without naming them. */
const MUST_BE_NAMED: ReadonlySet<string> = new Set([
  'any',
  'code signing',
  'timestamping',
  'ocsp signing',
])

/** approver-policy's patterns: `*` stands for any characters. */
const matchesOne = (patterns: readonly string[] | undefined, text: string): boolean =>
  (patterns ?? []).some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`))
    return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
  })

const isEverything = (subtree: Subtree): boolean =>
  subtree.kind === 'ip' ? subtree.prefix === 0 : subtree.base === ''

/** One kind of name against one CA: in no excluded subtree, and in a permitted one if there is any. */
function permits(
  { permitted, excluded }: Constraints,
  kind: Subtree['kind'],
  isIn: (subtree: Subtree) => boolean,
): boolean {
  const ofKind = permitted.filter((subtree) => subtree.kind === kind)
  return (
    !excluded.some((subtree) => subtree.kind === kind && isIn(subtree)) &&
    (ofKind.length === 0 || ofKind.some(isIn))
  )
}

/** A host against one CA's constraints. */
export const permitsHost = (constraints: Constraints, host: string): boolean =>
  permits(constraints, 'dns', (subtree) => {
    if (subtree.kind === 'ip') return false
    const below = subtree.base === '' ? '' : `.${subtree.base.replace(/^\./, '')}`
    return host === subtree.base || host.endsWith(below)
  })

const permitsMailbox = (constraints: Constraints, mailbox: string): boolean =>
  permits(constraints, 'email', (subtree) => {
    if (subtree.kind === 'ip') return false
    const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1)
    if (subtree.base.includes('@')) return mailbox === subtree.base
    return subtree.base.startsWith('.') ? domain.endsWith(subtree.base) : domain === subtree.base
  })

/** An address against one CA's constraints. */
export const permitsAddress = (constraints: Constraints, address: Address): boolean =>
  permits(constraints, 'ip', (subtree) => {
    if (subtree.kind !== 'ip') return false
    const octets: readonly number[] = ADDRESSES[address]
    return (
      octets.length === subtree.base.length &&
      toBits(octets).startsWith(toBits(subtree.base).slice(0, subtree.prefix))
    )
  })

const toBits = (octets: readonly number[]): string =>
  octets.map((octet) => octet.toString(2).padStart(8, '0')).join('')
