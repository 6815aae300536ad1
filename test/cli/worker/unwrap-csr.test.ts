import { generateKeyPairSync } from 'node:crypto'
import { encodeBase64, encodePem } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { aKey, makeAuthority } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { unwrapCsr } from '../../../cli/src/worker/unwrap-csr.ts'

const DER = makeCsr()
const PEM = encodePem('CERTIFICATE REQUEST', DER)
const OLD_PEM = PEM.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')
const BASE64 = encodeBase64(DER)
const BOM = '\uFEFF'

describe('a certification request in a file', () => {
  it.for<readonly [string, string | Uint8Array]>([
    ['DER', DER],
    ['PEM', PEM],
    ['PEM with CRLF', PEM.replaceAll('\n', '\r\n')],
    ['PEM with the old label', OLD_PEM],
    ['PEM after the text that openssl prints', `Certificate Request:\n    Data:\n${PEM}`],
    ['PEM with something after it', `${PEM}\n-----BEGIN PRIVATE KEY-----\n`],
    ['PEM with headers', PEM.replace('\n', '\nComment: made by a tool\n\n')],
    ['PEM behind a byte order mark', BOM + PEM],
    ['the first of two', PEM + encodePem('CERTIFICATE REQUEST', makeCsr({ key: aKey('P-384') }))],
    ['base64', BASE64],
    ['base64 in lines', `${BASE64.replaceAll(/.{64}/g, '$&\r\n')}\n`],
    ['base64 behind a byte order mark', BOM + BASE64],
    ['base64 of PEM', encodeBase64(Buffer.from(PEM))],
    ['base64 of PEM, in lines', encodeBase64(Buffer.from(PEM)).replaceAll(/.{76}/g, '$&\n')],
  ])('is unwrapped: %s', ([, content], { expect }) => {
    const result = unwrapCsr(Buffer.from(content))
    expect(result.ok ? new Uint8Array(result.value) : result.error).toEqual(DER)
  })

  it('is left to the worker where the octets are of no other kind', ({ expect }) => {
    const cut = DER.subarray(0, 100)
    expect(unwrapCsr(cut)).toEqual({ ok: true, value: cut })
  })
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')
const LOCK = { cipher: 'aes-256-cbc', passphrase: 'secret' }
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
const { der: CERTIFICATE, chainPem } = makeAuthority()
const byOpenssl = async (command: string): Promise<Buffer> =>
  Buffer.from(await openssl(command.split(' '), { 'ca.pem': chainPem }), 'latin1')
const PKCS7 = await byOpenssl('crl2pkcs7 -nocrl -certfile ca.pem -outform DER')
const PKCS12 = await byOpenssl('pkcs12 -export -nokeys -in ca.pem -passout pass:a')

/** What each file is, and what is said of it. */
const OTHER_FILES: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an empty file', '', /^is empty; expected a certification request \(PKCS#10\) in PEM, DER or/],
  ['UTF-16, little-endian', utf16(BOM + PEM), /^is UTF-16 text; save it as UTF-8 or ASCII$/],
  ['UTF-16, big-endian', utf16(BOM + PEM).swap16(), /^is UTF-16/],
  ['UTF-16 without a byte order mark', utf16(PEM), /^is UTF-16/],
  ['UTF-16, big-endian, without a mark', utf16(PEM).swap16(), /^is UTF-16/],
  ['HTML', '<!doctype html><p>Sign in</p>', /^is HTML or XML;/],
  ['JSON', ' {"csr": "MIIB"}', /^is JSON;/],
  ['text', 'hello', /^is neither PEM nor DER nor base64;/],
  ['garbage', Uint8Array.of(0xff, 0x80, 0x01), /^is neither PEM nor DER nor base64;/],
  ['base64 of garbage', 'aGVsbG8=', /^is neither PEM/],
  ['a certificate', CERTIFICATE, /^is a certificate;/],
  ['base64 of a certificate', encodeBase64(CERTIFICATE), /^is a certificate;/],
  ['a certificate in PEM', chainPem, /^has a certificate as its first PEM block;/],
  [
    'a certificate under the label of a request',
    encodePem('CERTIFICATE REQUEST', CERTIFICATE),
    /^is a certificate;/,
  ],
  ['PKCS#7', PKCS7, /^is a PKCS#7 bundle;/],
  ['PKCS#12', PKCS12, /^is a PKCS#12 file;/],
  ['PKCS#8', ed.privateKey.export({ format: 'der', type: 'pkcs8' }), /^is a private key;/],
  ['PKCS#8 of RSA', rsa.privateKey.export({ format: 'der', type: 'pkcs8' }), /^is a private key;/],
  ['PKCS#1', rsa.privateKey.export({ format: 'der', type: 'pkcs1' }), /^is a private key;/],
  ['SEC1', ec.privateKey.export({ format: 'der', type: 'sec1' }), /^is a private key;/],
  [
    'an encrypted key',
    ec.privateKey.export({ format: 'der', type: 'pkcs8', ...LOCK }),
    /^is an encrypted private key;/,
  ],
  ['a public key', ec.publicKey.export({ format: 'der', type: 'spki' }), /^is a public key;/],
  ['a PKCS#1 public key', rsa.publicKey.export({ format: 'der', type: 'pkcs1' }), /^is a public/],
  [
    'a private key in PEM before the request',
    `${String(ec.privateKey.export({ format: 'pem', type: 'sec1' }))}${PEM}`,
    /^has a private key as its first PEM block;/,
  ],
  [
    'an encrypted key in PEM',
    String(ec.privateKey.export({ format: 'pem', type: 'pkcs8', ...LOCK })),
    /^has an encrypted private key as its first PEM block;/,
  ],
  [
    'parameters before the request',
    `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${PEM}`,
    /^has "EC PARAMETERS" as its first PEM block; expected "CERTIFICATE REQUEST"$/,
  ],
  ['PEM without an end', PEM.replace(/-----END.*/, ''), /^has no complete PEM block;/],
  ['PEM with two labels', PEM.replace('END ', 'END NEW '), /^has no complete PEM block;/],
  ['PEM that is not base64', PEM.replace('\nMI', '\nM!'), /^has no complete PEM block;/],
  ['too much text', `${' '.repeat(36_500)}${PEM}`, /^exceeds the maximum of 36500 bytes/],
]

describe('a file that holds no certification request', () => {
  it.for(OTHER_FILES)('is named: %s', ([, content, says], { expect }) => {
    const result = unwrapCsr(Buffer.from(content))
    expect(result.ok ? 'unwrapped' : result.error).toMatch(says)
  })
})
