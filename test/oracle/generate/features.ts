/**
 * What a set of requests has to have in it to be worth checking. A generator goes blind without anybody
 * noticing: what it no longer makes, no check objects to.
 * @module
 */
import { SUBJECT_ATTRIBUTES } from '../../../shared/src/x509/index.ts'
import type { Facts } from '../checkers/facts.ts'
import type { Asked, AskedName } from './asked.ts'
import { OTHER_ATTRIBUTES } from './subjects.ts'
import { meaningOf } from './usages.ts'

/** Whether a request has it, or the certificate that is wanted for it. */
type Feature = (asked: Asked, wanted: Facts) => boolean

const LAST_OF_2049 = Date.parse('2049-12-31T23:59:59Z') / 1000

const someName =
  (isIt: (name: AskedName) => boolean): Feature =>
  ({ names }) =>
    names.some(isIt)

const someDns = (pattern: RegExp): Feature =>
  someName((name) => name.kind === 'dns' && pattern.test(name.value))

const someUri = (pattern: RegExp): Feature =>
  someName((name) => name.kind === 'uri' && pattern.test(name.value))

const NAMES: Readonly<Record<string, Feature>> = {
  'a wildcard': someDns(/^\*\./),
  'a label of 63 octets': someDns(/(^|\.)[^.]{63}(\.|$)/),
  'a DNS name of 253 octets': someDns(/^.{253}$/),
  'an internationalized name': someDns(/xn--/),
  'an IPv4 address': someName((name) => name.kind === 'ip' && name.bytes.length === 4),
  'an IPv6 address': someName((name) => name.kind === 'ip' && name.bytes.length === 16),
  'a SPIFFE ID': someUri(/^spiffe:/),
  'a URI with a port': someUri(/:8443/),
  'a URI without a host': someUri(/^urn:/),
  'an email address': someName(({ kind }) => kind === 'email'),
  'another name': someName(({ kind }) => kind === 'otherName'),
  'a thousand names': ({ names }) => names.length === 1000,
  'a name twice': ({ names }) =>
    new Set(names.map((name) => JSON.stringify(name))).size < names.length,
  'a label with an underscore': someDns(/_/),
  'a SPIFFE ID beside another URI': ({ names }) => {
    const uris = names.flatMap((name) => (name.kind === 'uri' ? [name.value] : []))
    return uris.length > 1 && uris.some((value) => value.startsWith('spiffe:'))
  },
  'no names': ({ names }) => names.length === 0,
}

const SUBJECTS: Readonly<Record<string, Feature>> = {
  'an empty subject': ({ subject }) => subject.length === 0,
  'an RDN of several attributes': ({ subject }) => subject.some((rdn) => rdn.length > 1),
  'a subject beyond ASCII': ({ subject }) =>
    subject.flat().some(({ value }) => /[^\p{ASCII}]/u.test(value)),
  'an empty value': ({ subject }) => subject.flat().some(({ value }) => value === ''),
  'a common name that reads as a host': ({ subject }) =>
    subject
      .flat()
      .some(({ type, value }) => type === 'CN' && /^web\.(zone\.)?example$/.test(value)),
  ...Object.fromEntries(
    ['utf8', 'printable', 'ia5', 'teletex', 'bmp', 'numeric'].map((encoding) => [
      `a string of type ${encoding}`,
      ({ subject }: Asked) => subject.flat().some((attribute) => attribute.encoding === encoding),
    ]),
  ),
  ...Object.fromEntries(
    [...SUBJECT_ATTRIBUTES, ...OTHER_ATTRIBUTES].map((type) => [
      `a subject with ${type}`,
      ({ subject }: Asked) => subject.flat().some((attribute) => attribute.type === type),
    ]),
  ),
}

const USAGES: Readonly<Record<string, Feature>> = {
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, bit) => [
      `bit ${String(bit)} of keyUsage`,
      (_asked: Asked, { keyUsage }: Facts) => keyUsage.includes(bit),
    ]),
  ),
  'bits that the key cannot have': ({ usages }, { keyUsage }) =>
    meaningOf(usages).bits.length > keyUsage.length,
  'no keyUsage': (_, { keyUsage }) => keyUsage.length === 0,
  'no extKeyUsage': (_, { extKeyUsage }) => extKeyUsage.length === 0,
  'three purposes': (_, { extKeyUsage }) => extKeyUsage.length >= 3,
  'purposes that were filled in': ({ usages }, { extKeyUsage }) =>
    meaningOf(usages).oids.length < extKeyUsage.length,
  'bits that were filled in': ({ usages }, { keyUsage }) =>
    meaningOf(usages).bits.length === 0 && keyUsage.length > 0,
  ...Object.fromEntries(
    ['2.5.29.37.0', '1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.9'].map((oid) => [
      `the purpose ${oid}`,
      (_asked: Asked, { extKeyUsage }: Facts) => extKeyUsage.includes(oid),
    ]),
  ),
}

const AUTHORITIES: Readonly<Record<string, Feature>> = {
  'a CA of any path length': (_, { isCA, pathLength }) => isCA && pathLength === null,
  'a CA of path length 0': (_, { pathLength }) => pathLength === 0,
  'name constraints that were asked for as not critical': ({ inCsr }) =>
    inCsr.constrainedTo.length > 0 && !inCsr.areConstraintsCritical,
}

const TIMES: Readonly<Record<string, Feature>> = {
  'a duration that the profile cut': ({ durationSeconds, profile }) =>
    durationSeconds > profile.profile.maxDurationSeconds,
  'an end with the issuing CA': ({ issuer }, { notAfterSeconds }) =>
    notAfterSeconds === issuer.notAfterMs / 1000,
  'an end in the last second of 2049': (_, { notAfterSeconds }) => notAfterSeconds === LAST_OF_2049,
  'an end in the first second of 2050': (_, { notAfterSeconds }) =>
    notAfterSeconds === LAST_OF_2049 + 1,
  'a beginning after 2050': (_, { notBeforeSeconds }) => notBeforeSeconds > LAST_OF_2049 + 1,
  'an end a hundred years later': (_, { notBeforeSeconds, notAfterSeconds }) =>
    notAfterSeconds - notBeforeSeconds > 3_155_000_000,
}

export const FEATURES: Readonly<Record<string, Feature>> = {
  ...NAMES,
  ...SUBJECTS,
  ...USAGES,
  ...AUTHORITIES,
  ...TIMES,
}
