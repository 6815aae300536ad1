import { makeAuthority } from '@edge-issuer/testbed/pki/x509'
import { caBundleLimit } from '@edge-issuer/testbed/relay/ca-bundle-limit'
import { describe, it } from 'vitest'
import { MAX_CA_BUNDLE, readCaBundle } from '../../../relay/src/signer/ca-bundle.ts'

const { pem } = makeAuthority()

describe('readCaBundle', () => {
  it.for(['issuers', 'clusterissuers'] as const)(
    'has the limit of the CRD of %s',
    async (name, { expect }) => {
      expect(MAX_CA_BUNDLE).toBe(await caBundleLimit(name))
    },
  )

  it.for([
    ['one certificate', pem],
    ['two certificates', pem + pem],
    ['white space before it', ` \t\r\n\n${pem}`],
    ['the line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['as much as the CRD allows', pem.padEnd(49_152)],
  ] as const)('reads %s', ([, text], { expect }) => {
    expect(readCaBundle(btoa(text))).toMatchObject({ ok: true })
  })

  it.for([
    ['nothing', ''],
    ['a comment before the certificates', `# my CA\n${pem}`],
    ['a byte order mark', `\xef\xbb\xbf${pem}`],
    ['white space of Unicode before the certificates', `\xc2\xa0${pem}`],
    ['DER', '\x30\x82\x01\x00'],
    ['octets that are not UTF-8 behind a certificate', `${pem}\xff`],
    ['more than the CRD allows', pem.padEnd(49_153)],
  ] as const)('refuses %s', ([, text], { expect }) => {
    expect(readCaBundle(btoa(text))).toMatchObject({ ok: false })
  })
})
