import { openssl } from '@edge-issuer/testbed/pki/openssl'
/** Certification requests that openssl makes: read as openssl itself reads them. */
import { describe, it } from 'vitest'
import {
  generalNameToText,
  nameToText,
  parseCertificationRequest,
  publicKeyToText,
} from '../../shared/src/x509/index.ts'

/** Makes a key and a request for it; both stay in one call, so no file is left. */
async function request(key: readonly string[], options: readonly string[]): Promise<Buffer> {
  const keyPem = await openssl(['genpkey', ...key])
  const command = ['req', '-new', '-key', 'key.pem', '-utf8', '-outform', 'DER', ...options]
  return Buffer.from(await openssl(command, { 'key.pem': keyPem }), 'latin1')
}

const textOf = async (der: Uint8Array, option: string): Promise<string> => {
  const command = ['req', '-in', 'a.der', '-inform', 'DER', '-noout', option]
  return openssl([...command, '-nameopt', 'RFC2253,-esc_msb,utf8'], { 'a.der': der })
}

const NAMES =
  'DNS:*.a.example,IP:10.0.0.1,IP:2001:db8::1,URI:spiffe://a/b,email:me@a.example,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:me@corp'

/** The kind of the signature algorithm, or the name of one that is not supported. */
function algorithmIn(der: Uint8Array): string {
  const parsed = parseCertificationRequest(der)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const { signatureAlgorithm } = parsed.value
  return signatureAlgorithm.kind === 'unsupported'
    ? signatureAlgorithm.algorithm
    : signatureAlgorithm.kind
}

describe('a request of openssl', () => {
  it.for([
    ['RSA 2048', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], []],
    ['RSA 2048', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], ['-sha512']],
    ['P-256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], []],
    ['P-384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-sha384']],
    ['P-521', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'], ['-sha512']],
    ['Ed25519', ['-algorithm', 'ED25519'], []],
  ] as const)('with a key of kind %s is read: %j %j', async ([kind, key, options], { expect }) => {
    const subject = ['-subj', '/C=SE/DC=x/O=A, B/OU=q/CN=hej']
    const extensions = [
      '-addext',
      `subjectAltName=${NAMES}`,
      '-addext',
      'keyUsage=critical,digitalSignature',
    ]
    const der = await request(key, [...options, ...subject, ...extensions])
    const parsed = parseCertificationRequest(der)
    if (!parsed.ok) throw new Error(parsed.error.message)
    const { publicKey, subject: found, extensions: asked } = parsed.value
    expect(publicKeyToText(publicKey.key)).toBe(kind)
    expect(`subject=${nameToText(found)}\n`).toBe(await textOf(der, '-subject'))
    expect(asked.values.subjectAltName?.map(generalNameToText).join(',')).toBe(NAMES)
    expect(asked.values.keyUsage).toEqual([0])
  })

  it('with RSASSA-PSS is read where the salt is as long as the hash', async ({ expect }) => {
    const key = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt']
    const digest = await request(key, ['-subj', '/CN=a', ...pss, 'rsa_pss_saltlen:digest'])
    const longest = await request(key, ['-subj', '/CN=a', ...pss, 'rsa_pss_saltlen:max'])
    const sha1 = await request(key, ['-subj', '/CN=a', '-sha1'])
    expect(algorithmIn(digest)).toBe('RSA-PSS')
    expect(algorithmIn(longest)).toContain('RSASSA-PSS (1.2.840.113549.1.1.10) with parameters')
    expect(algorithmIn(sha1)).toBe('sha1WithRSAEncryption (1.2.840.113549.1.1.5)')
  })
})
