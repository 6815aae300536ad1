/**
 * The requests of Windows, put together octet by octet: `certreq -new` with an INF file, and the enrollment
 * API with name-value pairs. Structures by [MS-WCCE] 2.2.2.7 and 3.1.1.4.3.1.
 */
import {
  algorithmOf,
  ascii,
  bitString,
  concat,
  constructed,
  extension,
  extKeyUsage,
  generalName,
  ia5,
  integer,
  keyUsage,
  makeKey,
  name,
  octetString,
  oid,
  seq,
  set,
  signWith,
  subjectAltName,
  tlv,
  toPem,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { type MadeCsr, textFile } from './made-csr.ts'

const HOST = 'srv.acme.internal'

const bmp = (text: string): Uint8Array =>
  tlv(0x1e, new Uint8Array(Buffer.from(text, 'utf16le').swap16()))
const attribute = (type: string, value: Uint8Array): Uint8Array => seq(oid(type), set(value))

const OS_VERSION = attribute('1.3.6.1.4.1.311.13.2.3', ia5('10.0.20348.2'))
/** ClientId (5: certreq), machine, user, process. */
const CLIENT_INFO = attribute(
  '1.3.6.1.4.1.311.21.20',
  seq(integer(5), utf8(HOST), utf8('ACME\\Administrator'), utf8('certreq')),
)
/** KeySpec, name of the provider, a signature of it that is always empty. */
const ENROLLMENT_CSP = attribute(
  '1.3.6.1.4.1.311.13.2.2',
  seq(
    integer(1),
    bmp('Microsoft RSA SChannel Cryptographic Provider'),
    bitString(new Uint8Array()),
  ),
)
const NAME_VALUE_PAIR = attribute(
  '1.3.6.1.4.1.311.13.2.1',
  seq(bmp('CertificateTemplate'), bmp('WebServer')),
)

/** Template by version, application policies, key identifier: what certreq adds by itself. */
const CERTREQ_EXTENSIONS = [
  keyUsage(0, 2),
  subjectAltName(generalName.dns(HOST)),
  extKeyUsage('1.3.6.1.5.5.7.3.1'),
  extension(
    '1.3.6.1.4.1.311.21.7',
    seq(oid('1.3.6.1.4.1.311.21.8.1.2.3'), integer(100), integer(4)),
  ),
  extension('1.3.6.1.4.1.311.21.10', seq(seq(oid('1.3.6.1.5.5.7.3.1')))),
  extension('2.5.29.14', octetString(ascii('0123456789abcdefghij'))),
]

function request(attributes: readonly Uint8Array[]): Uint8Array {
  const key = makeKey('RSA-2048')
  const subject = name(['C', 'CH'], ['O', 'Example AG'], ['CN', HOST])
  const info = seq(integer(0), subject, key.spki, constructed(0, concat(...attributes)))
  const der = seq(info, algorithmOf(key), bitString(signWith(key, info)))
  // certreq writes this label, and CRLF.
  return textFile(toPem('NEW CERTIFICATE REQUEST', der).replaceAll('\n', '\r\n'))
}

const expected = { subject: `CN=${HOST},O=Example AG,C=CH`, names: `DNS:${HOST}` }
const extensionRequest = (type: string, ...extensions: readonly Uint8Array[]): Uint8Array =>
  attribute(type, seq(...extensions))

export const CERTREQ: readonly MadeCsr[] = [
  {
    name: 'certreq (its structure): attributes of the machine, template and policies',
    make: async () =>
      Promise.resolve(
        request([
          OS_VERSION,
          CLIENT_INFO,
          ENROLLMENT_CSP,
          extensionRequest('1.2.840.113549.1.9.14', ...CERTREQ_EXTENSIONS),
        ]),
      ),
    expected,
  },
  {
    name: "certreq (its structure): Microsoft's own attribute for extensions, a template by name",
    make: async () =>
      Promise.resolve(
        request([
          NAME_VALUE_PAIR,
          extensionRequest(
            '1.3.6.1.4.1.311.2.1.14',
            subjectAltName(generalName.dns(HOST)),
            extension('1.3.6.1.4.1.311.20.2', bmp('WebServer')),
          ),
        ]),
      ),
    expected,
  },
]
