/** Requests by node-forge and PKI.js, the libraries that most JavaScript programs use. */
import { webcrypto } from 'node:crypto'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import * as asn1js from 'asn1js'
import forge from 'node-forge'
import * as pkijs from 'pkijs'
import { type MadeCsr, textFile } from './made-csr.ts'

const HOST = 'js.acme.internal'

function byForge(
  attributes: Parameters<forge.pki.CertificateSigningRequest['setAttributes']>[0],
): Uint8Array {
  const csr = forge.pki.createCertificationRequest()
  const key = forge.pki.privateKeyFromPem(makeKey('RSA-2048').privateKeyPem)
  csr.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  csr.setSubject([
    { name: 'commonName', value: HOST },
    { name: 'countryName', value: 'US' },
    { shortName: 'ST', value: 'Virginia' },
    { name: 'organizationName', value: 'Example & Sons' },
  ])
  csr.setAttributes(attributes)
  csr.sign(key, forge.md.sha256.create())
  return textFile(forge.pki.certificationRequestToPem(csr))
}

/** The example of its README, for servers. */
async function byPkijs(): Promise<Uint8Array> {
  const crypto = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign'])
  const csr = new pkijs.CertificationRequest({ version: 0 })
  csr.subject.typesAndValues.push(
    new pkijs.AttributeTypeAndValue({
      type: '2.5.4.3',
      value: new asn1js.Utf8String({ value: HOST }),
    }),
  )
  await csr.subjectPublicKeyInfo.importKey(publicKey, crypto)
  const keyId = await webcrypto.subtle.digest(
    'SHA-1',
    csr.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView,
  )
  const names = new pkijs.GeneralNames({
    names: [
      new pkijs.GeneralName({ type: 1, value: 'a@acme.internal' }),
      new pkijs.GeneralName({ type: 2, value: HOST }),
    ],
  })
  const extensions = new pkijs.Extensions({
    extensions: [
      new pkijs.Extension({
        extnID: '2.5.29.14',
        extnValue: new asn1js.OctetString({ valueHex: keyId }).toBER(false),
      }),
      new pkijs.Extension({ extnID: '2.5.29.17', extnValue: names.toSchema().toBER(false) }),
      new pkijs.Extension({
        extnID: '1.2.840.113549.1.9.7',
        extnValue: new asn1js.PrintableString({ value: 'passwordChallenge' }).toBER(false),
      }),
    ],
  })
  csr.attributes = [
    new pkijs.Attribute({ type: '1.2.840.113549.1.9.14', values: [extensions.toSchema()] }),
  ]
  await csr.sign(privateKey, 'SHA-256', crypto)
  return textFile(toPem('CERTIFICATE REQUEST', new Uint8Array(csr.toSchema().toBER(false))))
}

const forgeSubject = `O=Example & Sons,ST=Virginia,C=US,CN=${HOST}`

export const JAVASCRIPT: readonly MadeCsr[] = [
  {
    name: 'node-forge: attributes before the extension request, usages and SAN',
    make: async () =>
      Promise.resolve(
        byForge([
          { name: 'challengePassword', value: 'password' },
          { name: 'unstructuredName', value: 'My Company, Inc.' },
          {
            name: 'extensionRequest',
            extensions: [
              { name: 'basicConstraints', cA: false },
              { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
              { name: 'extKeyUsage', serverAuth: true },
              { name: 'subjectAltName', altNames: [{ type: 2, value: HOST }] },
            ],
          },
        ]),
      ),
    expected: { subject: forgeSubject, names: `DNS:${HOST}` },
  },
  {
    name: 'node-forge: a password and no extensions',
    make: async () => Promise.resolve(byForge([{ name: 'challengePassword', value: 'password' }])),
    expected: { subject: forgeSubject },
  },
  {
    name: 'PKI.js: as in its examples',
    make: byPkijs,
    expected: { subject: `CN=${HOST}`, names: `email:a@acme.internal, DNS:${HOST}` },
  },
]
