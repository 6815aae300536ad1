/**
 * What a certificate has to say for a request: worked out from the request alone, by the rules that the
 * documentation promises.
 * @module
 */
import { createHash, createPublicKey } from 'node:crypto'
import { ATTRIBUTE_OIDS, type KeyPair, type KeyType } from '@edge-issuer/testbed/pki/x509'
import type { Facts, NameFacts } from '../checkers/facts.ts'
import type { Asked, AskedName, AskedSubject } from './asked.ts'
import { inDerOrder, type Issued } from './encode.ts'
import type { Issuer } from './issuers.ts'
import { certifiedUsages } from './usages.ts'

/** The hash follows the strength of the key. */
const SIGNATURE_ALGORITHMS: Partial<Record<KeyType, string>> = {
  'RSA-2048': 'sha256WithRSAEncryption',
  'RSA-3072': 'sha384WithRSAEncryption',
  'RSA-4096': 'sha512WithRSAEncryption',
  'P-256': 'ecdsa-with-SHA256',
  'P-384': 'ecdsa-with-SHA384',
  'P-521': 'ecdsa-with-SHA512',
  Ed25519: 'ED25519',
}

/** Octets of a key identifier by RFC 7093 §2, method 1. */
const KEY_ID_OCTETS = 20

/** @param issued - For its serial number, which no request asks for. */
export function expectedFacts(asked: Asked, { serialNumber }: Pick<Issued, 'serialNumber'>): Facts {
  const { issuer, key, isCA, names, subject } = asked
  const { bits, oids } = certifiedUsages(asked)
  const { bitString, shown } = keyBytes(key)
  return {
    ...validity(asked),
    serialNumber,
    issuer: [['2.5.4.6=SE'], ['2.5.4.10=Test, "Ltd"'], [`2.5.4.3=${issuer.label}`]],
    subject: subjectFacts(subject),
    names: names.map(nameFact).toSorted(),
    isSanCritical: subject.length === 0,
    keyUsage: bits,
    extKeyUsage: oids,
    isCA,
    pathLength: isCA ? pathLength(asked) : null,
    spkiSha256: createHash('sha256').update(key.spki).digest('hex'),
    keyBytes: hex(shown),
    signatureAlgorithm: SIGNATURE_ALGORITHMS[issuer.authority.key.type] ?? '',
    subjectKeyId: createHash('sha256')
      .update(bitString)
      .digest('hex')
      .slice(0, KEY_ID_OCTETS * 2),
    authorityKeyId: hex(issuer.authority.subjectKeyId),
  }
}

/** Backdated inside the duration, cut off by the profile and by the issuing CA. */
function validity({
  nowMs,
  durationSeconds,
  profile,
  issuer,
}: Asked): Pick<Facts, 'notBeforeSeconds' | 'notAfterSeconds'> {
  const { backdateSeconds, maxDurationSeconds } = profile.profile
  const notBeforeSeconds = Math.floor(nowMs / 1000) - backdateSeconds
  const end = notBeforeSeconds + Math.min(durationSeconds, maxDurationSeconds)
  return { notBeforeSeconds, notAfterSeconds: Math.min(end, issuer.notAfterMs / 1000) }
}

/** The profile's; or one less than that of the issuing CA, if it has one. */
function pathLength({ profile, issuer }: Asked): number | null {
  const { pathLength: wanted } = profile.profile
  return wanted ?? leftBelow(issuer)
}

const leftBelow = ({ pathLength: limit }: Issuer): number | null =>
  limit === undefined ? null : limit - 1

const subjectFacts = (subject: AskedSubject): NameFacts =>
  subject.map((rdn) =>
    inDerOrder(rdn).map(({ type, value }) => `${ATTRIBUTE_OIDS[type] ?? type}=${value}`),
  )

function nameFact(name: AskedName): string {
  switch (name.kind) {
    case 'dns': {
      return `DNS:${name.value}`
    }
    case 'uri': {
      return `URI:${name.value}`
    }
    case 'email': {
      return `email:${name.value}`
    }
    case 'ip': {
      return `IP:${hex(Uint8Array.from(name.bytes))}`
    }
    case 'otherName': {
      return `otherName:${name.typeId}=${name.value}`
    }
  }
}

/** What the BIT STRING holds, and what openssl shows of it: of an RSA key the modulus only. */
function keyBytes({ spki, type }: KeyPair): { bitString: Uint8Array; shown: Uint8Array } {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  const { n = '', x = '', y = '' } = key.export({ format: 'jwk' })
  const [modulus, one, other] = [n, x, y].map((part) => Buffer.from(part, 'base64url'))
  if (type.startsWith('RSA')) {
    return {
      bitString: key.export({ format: 'der', type: 'pkcs1' }),
      shown: modulus ?? Buffer.of(),
    }
  }
  const octets = Buffer.concat([
    ...(type === 'Ed25519' ? [] : [Buffer.of(0x04)]),
    one ?? Buffer.of(),
    other ?? Buffer.of(),
  ])
  return { bitString: octets, shown: octets }
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')
