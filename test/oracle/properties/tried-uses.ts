/**
 * What every certificate is tried for, and which of it is beyond the rules.
 * @module
 */
import { X509Certificate } from 'node:crypto'
import type { GoAnswer, GoBelow, GoProbe } from '../verifiers/go.ts'
import type { Case } from './case.ts'
import { readsAsAddress, readsAsHost } from './common-name-readings.ts'
import type { IssuedCase } from './issue-case.ts'
import type { Rules } from './model.ts'
import {
  ALL_ADDRESSES,
  ALL_EXT_KEY_USAGES,
  EXT_KEY_USAGES,
  HOSTS,
  MAILBOXES,
  URIS,
} from './vocabulary.ts'

/** One use, in words, and whether the rules allow it. */
interface Tried<Probe> {
  readonly what: string
  readonly probe: Probe
  readonly isAllowed: (rules: Rules) => boolean
}

/** Hosts: those of the vocabulary, and some that only wildcards stand for. */
const TRIED_HOSTS: readonly string[] = [...HOSTS, 'x.internal', 'w.acme.internal', 'x.evil.com']
const TRIED_USAGES = ALL_EXT_KEY_USAGES.filter((usage) => usage !== 'any')

/** What Go is asked about every certificate. */
const ITSELF: readonly Tried<GoProbe>[] = [
  ...TRIED_HOSTS.map((host): Tried<GoProbe> => ({
    what: `the server ${host}`,
    probe: { name: host },
    isAllowed: (rules) => rules.allowsHost(host),
  })),
  ...ALL_ADDRESSES.map((address): Tried<GoProbe> => ({
    what: `the server ${address}`,
    probe: { name: address },
    isAllowed: (rules) => rules.allowsAddress(address),
  })),
  ...MAILBOXES.map((mailbox): Tried<GoProbe> => ({
    what: `the mailbox ${mailbox}`,
    probe: { email: mailbox },
    isAllowed: (rules) => rules.allowsMailbox(mailbox),
  })),
  ...URIS.map((uri): Tried<GoProbe> => ({
    what: `the workload ${uri}`,
    probe: { uri },
    isAllowed: (rules) => rules.allowsUri(uri),
  })),
  ...TRIED_USAGES.map((usage): Tried<GoProbe> => ({
    what: `the usage ${usage}`,
    probe: { usage: EXT_KEY_USAGES[usage] },
    isAllowed: (rules) => rules.allowsUsage(usage),
  })),
]

/** Certificates without names: whether the holder can issue at all, and through further CAs. */
const AS_CA: readonly Tried<GoBelow>[] = [0, 1, 2].map((depth) => ({
  what: `a CA, with ${String(depth)} further CAs below it`,
  probe: { depth },
  isAllowed: (rules) => rules.allowsIssuing(depth),
}))

/** What the holder of a CA certificate issues. */
const ISSUED: readonly Tried<GoBelow>[] = [
  ...TRIED_HOSTS.map((dns): Tried<GoBelow> => ({
    what: `a CA of the server ${dns}`,
    probe: { dns },
    isAllowed: (rules) => rules.allowsIssuedHost(dns),
  })),
  ...ALL_ADDRESSES.map((address): Tried<GoBelow> => ({
    what: `a CA of the server ${address}`,
    probe: { ip: address },
    isAllowed: (rules) => rules.allowsIssuedAddress(address),
  })),
  ...TRIED_USAGES.map((usage): Tried<GoBelow> => ({
    what: `a CA for the usage ${usage}`,
    probe: { usage: EXT_KEY_USAGES[usage] },
    isAllowed: (rules) => rules.allowsIssuedUsage(usage),
  })),
]

const belowOf = ({ isCA }: Case): readonly Tried<GoBelow>[] =>
  isCA ? [...AS_CA, ...ISSUED] : AS_CA.slice(0, 1)

/** What to ask Go about a certificate. */
export const goProbes = (
  of: Case,
  { key }: IssuedCase,
): {
  readonly probes: readonly GoProbe[]
  readonly ca: { readonly key: Uint8Array; readonly below: readonly GoBelow[] }
} => ({
  probes: ITSELF.map(({ probe }) => probe),
  ca: {
    key: key.privateKey.export({ format: 'der', type: 'pkcs8' }),
    below: belowOf(of).map(({ probe }) => probe),
  },
})

/** Uses that Go accepts and the rules do not allow, each in words. */
export function beyondRulesByGo(of: Case, answer: GoAnswer, rules: Rules): readonly string[] {
  if (answer.fault !== '') return [`cannot be read by Go: ${answer.fault}`]
  return [...accepted(ITSELF, answer.probes, rules), ...accepted(belowOf(of), answer.below, rules)]
}

const accepted = <Probe>(
  tried: readonly Tried<Probe>[],
  answers: GoAnswer['probes'],
  rules: Rules,
): readonly string[] =>
  tried.flatMap(({ what, isAllowed }, index) =>
    answers[index] === undefined && !isAllowed(rules) ? [`accepted by Go as ${what}`] : [],
  )

/** How many uses Go accepts, of the certificate itself and of what its holder issues. */
export const countAccepted = ({
  probes,
  below,
}: GoAnswer): { readonly itself: number; readonly issued: number } => ({
  itself: probes.filter((refused) => refused === undefined).length,
  issued: below.filter((refused) => refused === undefined).length,
})

/** Object identifiers that verifiers take for server authentication. */
const FOR_SERVERS: readonly string[] = [
  EXT_KEY_USAGES.any,
  EXT_KEY_USAGES['server auth'],
  EXT_KEY_USAGES['microsoft sgc'],
  EXT_KEY_USAGES['netscape sgc'],
]

/**
 * Uses that OpenSSL's own comparison of names accepts, or that another verifier reads in a common name,
 * and the rules do not allow.
 */
export function beyondRulesByNames(
  of: Case,
  { issued: { der }, go: { keyUsage } }: { readonly issued: IssuedCase; readonly go: GoAnswer },
  rules: Rules,
): readonly string[] {
  const certificate = new X509Certificate(der)
  const commonNames = isForServers(certificate, keyUsage) ? comparedCommonNames(of) : []
  const isHost = (host: string): boolean =>
    (isForServers(certificate, keyUsage) && certificate.checkHost(host) !== undefined) ||
    commonNames.some((text) => readsAsHost(text, host))
  const isAddress = (address: string): boolean =>
    certificate.checkIP(address) !== undefined ||
    commonNames.some((text) => readsAsAddress(text, address))
  const isMailbox = (mailbox: string): boolean => certificate.checkEmail(mailbox) !== undefined
  return [
    ...TRIED_HOSTS.filter((host) => isHost(host) && !rules.allowsHost(host)),
    ...ALL_ADDRESSES.filter((address) => isAddress(address) && !rules.allowsAddress(address)),
    ...MAILBOXES.filter((mailbox) => isMailbox(mailbox) && !rules.allowsMailbox(mailbox)),
  ].map((name) => `read by OpenSSL or others as ${name}`)
}

/** No verifier reads common names where there is a dNSName. */
const comparedCommonNames = ({ commonNames, names }: Case): readonly string[] =>
  names.some(({ kind }) => kind === 'dns') ? [] : commonNames.map(({ text }) => text)

/** digitalSignature, keyEncipherment and keyAgreement: a TLS server's key needs one of them. */
const SERVER_BITS: readonly number[] = [0, 2, 4]

/** Whether a TLS client accepts the usages; extKeyUsage is what Node calls keyUsage. */
const isForServers = (
  { keyUsage: extKeyUsage }: { readonly keyUsage?: readonly string[] },
  keyUsage: readonly number[],
): boolean =>
  (extKeyUsage === undefined || FOR_SERVERS.some((oid) => extKeyUsage.includes(oid))) &&
  (keyUsage.length === 0 || SERVER_BITS.some((bit) => keyUsage.includes(bit)))
