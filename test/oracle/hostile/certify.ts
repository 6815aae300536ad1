import { makeCsr } from '@edge-issuer/testbed/pki/csr'
/**
 * The certificate that a hostile request is about, as a program without a policy issues it.
 * @module
 */
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import {
  aKey,
  type Authority,
  basicConstraints,
  commonName,
  extKeyUsage,
  extension,
  keyIdOf,
  keyUsage,
  type KeyPair,
  makeAuthority,
  makeKey,
  octetString,
  primitive,
  seq,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { maskedBits, meaningOf } from '../generate/usages.ts'
import type { Presented } from '../verifiers/verifier.ts'
import { AUTHORITIES, ROOT } from './authorities.ts'
import type { HostileRequest, IssuedLeaf } from './hostile-request.ts'
import { toConfigurationLine } from './openssl-extension.ts'
import { SERVER_AUTH, SERVER_USAGES } from './words.ts'

/**
 * Issues what the request asks for, whatever the policy says.
 * @throws Error with openssl's reason when it does not write such a certificate
 */
export async function certify(request: HostileRequest): Promise<Presented> {
  const { certificate: recipe = {}, csr } = request
  const authority: Authority = AUTHORITIES[request.ca]
  const key = recipe.key ?? csr.key ?? aKey()
  const subject = recipe.subject ?? csr.subject ?? commonName('test')
  const extensions = recipe.extensions ?? [...certified(request, key), ...(csr.extensions ?? [])]
  const parts = { key, subject, extensions, authority }
  const certificate = recipe.by === 'hand' ? byHand(parts) : await byOpenssl(parts)
  return { certificate, intermediates: [authority.der], root: ROOT.der, key }
}

interface Parts {
  readonly key: KeyPair
  readonly subject: Uint8Array
  readonly extensions: readonly Uint8Array[]
  readonly authority: Authority
}

/** What a certificate gets by the request and not by the certification request. */
function certified(
  { isCA = false, usages = SERVER_USAGES }: HostileRequest,
  key: KeyPair,
): readonly Uint8Array[] {
  const { bits, oids } = meaningOf(usages)
  const possible = maskedBits(bits, { key, isCA })
  return [
    basicConstraints(isCA),
    ...(possible.length > 0 ? [keyUsage(...possible)] : []),
    ...(oids.length > 0 ? [extKeyUsage(...oids)] : []),
  ]
}

const byHand = ({ key, subject, extensions, authority }: Parts): Uint8Array =>
  makeAuthority({
    key,
    subject,
    issuer: authority,
    extensions: [...extensions, ...keyIdentifiers({ key, authority })],
  }).der

/** By which verifiers find the next certificate of a chain. */
const keyIdentifiers = ({
  key,
  authority,
}: Pick<Parts, 'key' | 'authority'>): readonly Uint8Array[] => [
  extension('2.5.29.14', octetString(keyIdOf(key))),
  extension('2.5.29.35', seq(primitive(0, authority.subjectKeyId))),
]

/** `openssl x509 -req` under the issuing CA: the subject of a request, extensions from a file. */
async function byOpenssl({ key, subject, extensions, authority }: Parts): Promise<Uint8Array> {
  const configuration = [
    '[e]',
    ...extensions.map(toConfigurationLine),
    ...keyIdentifiers({ key, authority }).map(toConfigurationLine),
  ]
  const pem = await openssl(
    [
      ...'x509 -req -in csr -CA ca -CAkey ca-key -days 30 -sha256'.split(' '),
      ...'-extfile extensions -extensions e -set_serial'.split(' '),
      `0x40${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`,
    ],
    {
      csr: toPem('CERTIFICATE REQUEST', makeCsr({ key, subject })),
      ca: authority.pem,
      'ca-key': authority.key.privateKeyPem,
      extensions: `${configuration.join('\n')}\n`,
    },
  )
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
}

const LEAF_KEY = makeKey('P-256')
const LEAF_SUBJECT = commonName('Issued by the holder')

/**
 * Lets the holder of a CA certificate issue another certificate, through further CAs if wanted.
 *
 * @param ca - The CA certificate as {@link certify} made it.
 * @param caSubject - Its subject in DER.
 */
export function issueBelow(
  ca: Presented,
  caSubject: Uint8Array,
  { names, subject = LEAF_SUBJECT, usages = [SERVER_AUTH], through = [] }: IssuedLeaf,
): Presented {
  let issuer: Authority = {
    key: ca.key,
    subject: caSubject,
    der: ca.certificate,
    pem: '',
    chainPem: '',
    subjectKeyId: keyIdOf(ca.key),
  }
  const intermediates = [ca.certificate, ...ca.intermediates]
  for (const further of through) {
    issuer = makeAuthority({
      key: aKey('P-521'),
      subject: further,
      issuer,
      extensions: [
        basicConstraints(true),
        keyUsage(5, 6),
        ...keyIdentifiers({ key: aKey('P-521'), authority: issuer }),
      ],
    })
    intermediates.unshift(issuer.der)
  }
  const key = LEAF_KEY
  const leaf = makeAuthority({
    key,
    subject,
    issuer,
    extensions: [
      basicConstraints(false),
      ...(names.length > 0 ? [subjectAltName(...names)] : []),
      ...(usages.length > 0 ? [extKeyUsage(...usages)] : []),
      ...keyIdentifiers({ key, authority: issuer }),
    ],
  })
  return { certificate: leaf.der, intermediates, root: ca.root, key }
}
