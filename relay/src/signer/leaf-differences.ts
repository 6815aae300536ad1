/**
 * The differences between a certificate and its request: a compromised worker must not be able to give a tenant
 * more than the tenant's request was approved for.
 *
 * @module
 */
import {
  extKeyUsageToText,
  keyUsageToText,
  NAMED_USAGES,
  type SignRequest,
  usageMeaning,
} from '@edge-issuer/shared'
import {
  type BasicConstraints,
  type Certificate,
  type CertificationRequest,
  equalBytes,
  EXTENSION_OID,
  type Extensions,
  type GeneralName,
  generalNameToText,
  isForCa,
  ISSUED_CRITICAL_EXTENSIONS,
  maskByKey,
  type NameConstraints,
  oidToText,
} from '@edge-issuer/shared/x509'

/** What a certificate must match: the certification request, and what was sent along with it. */
export interface AskedLeaf {
  readonly csr: CertificationRequest
  readonly request: Pick<SignRequest, 'durationSeconds' | 'isCA' | 'usages'>
}

/**
 * Every difference between a certificate and its request, each a clause for a message. Key,
 * subject and names must be the same, byte for byte; usages, lifetime, path length and name constraints
 * may be narrower. Where the request names no usage of one kind, the worker may add some, except those
 * that must be named ({@link NAMED_USAGES}).
 */
export function leafDifferences(leaf: Certificate, asked: AskedLeaf): readonly string[] {
  const { csr } = asked
  const names = [subjectAltName(leaf.extensions), subjectAltName(csr.extensions)] as const
  return [
    isEqual(leaf.publicKey.raw, csr.publicKey.raw) ? undefined : 'the public key differs',
    isEqual(leaf.subject.raw, csr.subject.raw) ? undefined : 'the subject differs',
    isEqual(...names) ? undefined : 'the subject alternative names differ',
    ...authorityDifferences(leaf, asked),
    ...keyUsageDifferences(leaf, asked),
    ...extKeyUsageDifferences(leaf, asked),
    lifetimeDifference(leaf, asked),
    ...leaf.extensions.list
      .filter(({ oid, critical }) => critical && !ISSUED_CRITICAL_EXTENSIONS.has(oid))
      .map(({ oid }) => `the critical extension ${oidToText(oid)} was not requested`),
  ].filter((difference) => difference !== undefined)
}

type Differences = readonly (string | undefined)[]

function authorityDifferences(leaf: Certificate, { csr, request }: AskedLeaf): Differences {
  const { basicConstraints, nameConstraints } = leaf.extensions.values
  const isCA = basicConstraints?.isCA ?? false
  if (isCA !== request.isCA) return [isCA ? 'it is a CA' : 'it is not a CA']
  if (!isCA) return []
  const { values } = csr.extensions
  return [
    pathLengthDifference(basicConstraints, values.basicConstraints),
    values.nameConstraints === undefined || isNarrower(nameConstraints, values.nameConstraints)
      ? undefined
      : 'the name constraints permit more than requested',
  ]
}

function pathLengthDifference(
  found: BasicConstraints | undefined,
  asked: BasicConstraints | undefined,
): string | undefined {
  const most = asked?.pathLength ?? Infinity
  const pathLength = found?.pathLength ?? Infinity
  if (pathLength <= most) return undefined
  const text = pathLength === Infinity ? 'not limited' : String(pathLength)
  return `the path length is ${text}, ${String(most)} was requested`
}

function keyUsageDifferences(leaf: Certificate, { csr, request }: AskedLeaf): Differences {
  const { isCA, usages } = request
  const found = leaf.extensions.values.keyUsage
  const named = usages.flatMap((usage) => {
    const meaning = usageMeaning(usage)
    return meaning?.kind === 'keyUsage' ? [meaning.bit] : []
  })
  const isPossible = maskByKey(named, { key: csr.publicKey.key, isCA }).length > 0
  if (found === undefined) {
    return isPossible || isCA ? ['the key usage is missing, which permits more than requested'] : []
  }
  // Of what was requested the key can do nothing: the worker may name what it can do instead.
  const isAsked = (bit: number): boolean =>
    named.includes(bit) || !(isPossible || isCA || isForCa(bit))
  return found
    .filter((bit) => !isAsked(bit))
    .map((bit) => unasked('key usage', keyUsageToText(bit)))
}

function extKeyUsageDifferences(leaf: Certificate, { csr, request }: AskedLeaf): Differences {
  const named = request.usages.flatMap((usage) => {
    const meaning = usageMeaning(usage)
    return meaning?.kind === 'extKeyUsage' ? [meaning.oid] : []
  })
  const asked = named.length > 0 ? named : (csr.extensions.values.extKeyUsage ?? [])
  const found = leaf.extensions.values.extKeyUsage
  if (found === undefined) {
    return asked.length === 0
      ? []
      : ['the extended key usage is missing, which permits more than requested']
  }
  const isAsked = (oid: string): boolean =>
    asked.length === 0 ? !NAMED_USAGES.has(extKeyUsageToText(oid)) : asked.includes(oid)
  return found
    .filter((oid) => !isAsked(oid))
    .map((oid) => unasked('extended key usage', extKeyUsageToText(oid)))
}

const unasked = (kind: string, usage: string): string => `the ${kind} "${usage}" was not requested`

function lifetimeDifference(
  { notBeforeMs, notAfterMs }: Certificate,
  { request }: AskedLeaf,
): string | undefined {
  const seconds = (notAfterMs - notBeforeMs) / 1000
  return seconds <= request.durationSeconds
    ? undefined
    : `it is valid for ${String(seconds)}s, ${String(request.durationSeconds)}s were requested`
}

/**
 * Whether constraints permit nothing that the requested ones do not: every requested exclusion is there,
 * and what is permitted of a kind that the request limits is permitted by the request.
 */
function isNarrower(found: NameConstraints | undefined, asked: NameConstraints): boolean {
  if (found === undefined) return false
  const permitted = new Set(asked.permitted.map(generalNameToText))
  const excluded = new Set(found.excluded.map(generalNameToText))
  const kinds = new Set(asked.permitted.map(({ kind }) => kind))
  return (
    asked.excluded.every((base) => excluded.has(generalNameToText(base))) &&
    [...kinds].every((kind) => found.permitted.some((base) => base.kind === kind)) &&
    found.permitted.every(
      (base) => !kinds.has(base.kind) || isNoHost(base) || permitted.has(generalNameToText(base)),
    )
  )
}

/** The address that the worker permits so that no other of its family is: the one with all bits set. */
const isNoHost = (base: GeneralName): boolean =>
  base.kind === 'ip' && base.bytes.every((octet) => octet === 0xff)

const subjectAltName = ({ list }: Extensions): Uint8Array | undefined =>
  list.find(({ oid }) => oid === EXTENSION_OID.subjectAltName)?.value

function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}
