import {
  extensionRequest,
  pssParameters,
  SHA256,
  SHA384,
  SHA512,
} from '@edge-issuer/testbed/pki/csr'
import {
  ascii,
  attribute,
  bitString,
  constructed,
  extension,
  generalName,
  integer,
  namedBits,
  NULL,
  octets,
  oid,
  seq,
  set,
  tlv,
  TRUE,
} from '@edge-issuer/testbed/pki/x509'
/**
 * The way back from a certification request that was read: its octets, built from its facts alone
 * with the builders of the tests. A fact that the reader got wrong, or octets that are in no fact,
 * show as a difference.
 * @module
 */
import {
  type CertificationRequest,
  type Extension,
  type ExtensionValues,
  type GeneralName,
  type Name,
  type SubjectPublicKeyInfo,
  withMicrosoftExtensions,
} from '../../shared/src/x509/index.ts'

/**
 * @param csr - As it was read. What the reader takes whole, unread, is taken whole here as well.
 * @returns Its normal form (see `normalForm`).
 * @throws For a signature algorithm that is not supported, whose parameters are in no fact.
 */
export function encodeCsr(csr: CertificationRequest): Uint8Array {
  const info = seq(
    integer(0),
    encodeName(csr.subject),
    encodeKey(csr.publicKey),
    constructed(0, ...encodeAttributes(csr)),
  )
  return seq(info, encodeAlgorithm(csr), bitString(csr.signature))
}

const encodeName = ({ rdns }: Name): Uint8Array =>
  seq(
    ...rdns.map((rdn) =>
      set(...rdn.map(({ oid: type, tag, value }) => attribute(type, encodeString(tag, value)))),
    ),
  )

function encodeKey({ key, keyBytes, raw }: SubjectPublicKeyInfo): Uint8Array {
  switch (key.kind) {
    case 'RSA': {
      const numbers = seq(positive(key.modulus), positive(key.exponent))
      return seq(seq(oid('1.2.840.113549.1.1.1'), NULL), bitString(numbers))
    }
    case 'EC': {
      return seq(seq(oid('1.2.840.10045.2.1'), oid(CURVES[key.curve])), bitString(key.point))
    }
    case 'Ed25519': {
      return seq(seq(oid('1.3.101.112')), bitString(keyBytes))
    }
    case 'unsupported': {
      return raw
    }
  }
}

const CURVES = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
} as const

/** An INTEGER; a zero octet keeps the highest bit from being its sign. */
const positive = (magnitude: Uint8Array): Uint8Array =>
  tlv(2, ...((magnitude[0] ?? 0) >= 0x80 ? [octets(0)] : []), magnitude)

function encodeAttributes(request: CertificationRequest): Uint8Array[] {
  const { extensions } = withMicrosoftExtensions(request)
  const asked = extensions.list.map((one) => encodeExtension(one, extensions.values))
  return asked.length === 0 ? [] : [extensionRequest(...asked)]
}

/** A character string by its tag. */
const encodeString = (tag: number, text: string): Uint8Array =>
  tlv(tag, ENCODERS[tag]?.(text) ?? ascii(text))

/** Encoders of the string types that are neither ASCII nor UTF-8. */
const ENCODERS: Readonly<Record<number, (text: string) => Uint8Array>> = {
  0x14: (text) => Buffer.from(text, 'latin1'),
  0x1e: (text) => Buffer.from(text, 'utf16le').swap16(),
}

const encodeExtension = (one: Extension, values: ExtensionValues): Uint8Array =>
  extension(one.oid, VALUES[one.oid]?.(values) ?? one.value, { critical: one.critical })

/** Values by object identifier; `undefined` for a value that is not read, or only in part. */
const VALUES: Readonly<Record<string, (values: ExtensionValues) => Uint8Array | undefined>> = {
  '2.5.29.15': ({ keyUsage }) => keyUsage && namedBits(...keyUsage),
  '2.5.29.17': ({ subjectAltName = [] }) => {
    const names = encodeNames(subjectAltName)
    return names && seq(...names)
  },
  '2.5.29.19': ({ basicConstraints: { isCA, pathLength } = { isCA: false } }) => {
    const limit = pathLength === undefined ? [] : [positive(bigEndian(pathLength))]
    return seq(...(isCA ? [TRUE] : []), ...limit)
  },
  '2.5.29.30': ({ nameConstraints: { permitted, excluded } = { permitted: [], excluded: [] } }) => {
    const lists = [encodeSubtrees(0, permitted), encodeSubtrees(1, excluded)]
    return lists.includes(undefined) ? undefined : seq(...lists.flatMap((list) => list ?? []))
  },
  '2.5.29.37': ({ extKeyUsage }) => extKeyUsage && seq(...extKeyUsage.map(oid)),
}

function bigEndian(value: number): Uint8Array {
  const hex = value.toString(16)
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
}

/** @returns `undefined` when there is a name that is not read. */
function encodeNames(names: readonly GeneralName[]): readonly Uint8Array[] | undefined {
  const encoded = names.map(encodeGeneralName)
  return encoded.includes(undefined) ? undefined : encoded.flatMap((name) => name ?? [])
}

function encodeGeneralName(name: GeneralName): Uint8Array | undefined {
  switch (name.kind) {
    case 'ip': {
      return generalName.ip(...name.bytes)
    }
    case 'otherName': {
      return generalName.other(name.typeId, encodeOther(name.tag, name.value))
    }
    case 'unsupported': {
      return undefined
    }
    case 'dns':
    case 'email':
    case 'uri': {
      return generalName[name.kind](name.value)
    }
  }
}

/** A value of a type that is no character string is there whole, in hexadecimal digits. */
function encodeOther(tag: number, value: string): Uint8Array {
  const isString = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1e].includes(tag)
  return isString ? encodeString(tag, value) : Buffer.from(value.slice(1), 'hex')
}

/** GeneralSubtrees under `[number]`; nothing for an empty list. */
function encodeSubtrees(
  number: number,
  bases: readonly GeneralName[],
): readonly Uint8Array[] | undefined {
  const names = encodeNames(bases)
  if (names === undefined || names.length === 0) return names
  return [constructed(number, ...names.map((base) => seq(base)))]
}

function encodeAlgorithm({ signatureAlgorithm: algorithm }: CertificationRequest): Uint8Array {
  switch (algorithm.kind) {
    case 'RSA': {
      return seq(oid(RSA_WITH[algorithm.hash]), NULL)
    }
    case 'RSA-PSS': {
      const { hash, saltLength } = algorithm
      return seq(oid(RSASSA_PSS), pssParameters({ hash: oid(HASHES[hash]), saltLength }))
    }
    case 'EC': {
      return seq(oid(ECDSA_WITH[algorithm.hash]))
    }
    case 'Ed25519': {
      return seq(oid('1.3.101.112'))
    }
    case 'unsupported': {
      throw new Error(`${algorithm.algorithm} is not put together`)
    }
  }
}

const RSASSA_PSS = '1.2.840.113549.1.1.10'
const HASHES = { sha256: SHA256, sha384: SHA384, sha512: SHA512 } as const
const RSA_WITH = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const
const ECDSA_WITH = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const
