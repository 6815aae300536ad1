import {
  authorityExtensions,
  commonName,
  extension,
  makeAuthority,
  octets,
  oid,
  primitive,
  seq,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { aCa, aConfig, anIssuer, faultsOf, issuing } from '../support/config.ts'

/** The chain of an issuing CA that requires an explicit policy below it, and names one itself. */
const requiring = (policy: string): string =>
  makeAuthority({
    key: issuing.key,
    subject: commonName('B'),
    issuer: makeAuthority({ subject: commonName('Root') }),
    extensions: Object.values({
      ...authorityExtensions(octets(1)),
      policies: extension('2.5.29.32', seq(seq(oid(policy)))),
      explicit: extension('2.5.29.36', seq(primitive(0, octets(0))), { critical: true }),
    }),
  }).chainPem

const NONE_NAMED =
  '/issuers/default/profiles/0: profile "default" names no certificate policy that is valid under the issuing CA "CN=B", whose chain requires one (requireExplicitPolicy); add '

describe('under a CA whose chain requires an explicit policy, a profile', () => {
  it.for<[string, string, readonly string[], string]>([
    ['that names none is an error', '1.2.3.1', [], `${NONE_NAMED}1.2.3.1 to certificatePolicies`],
    [
      'that names another one is an error',
      '1.2.3.1',
      ['1.2.3.2', '2.5.29.32.0'],
      `${NONE_NAMED}1.2.3.1 to certificatePolicies`,
    ],
    ['that names it fits', '1.2.3.1', ['1.2.3.2', '1.2.3.1'], ''],
    ['that names any one fits where any is valid', '2.5.29.32.0', ['1.2.3.2'], ''],
    [
      'that names none is an error where any is valid',
      '2.5.29.32.0',
      [],
      `${NONE_NAMED}a policy to certificatePolicies`,
    ],
  ])('%s', ([, policy, certificatePolicies, expected], { expect }) => {
    const config = aConfig({
      issuers: { default: anIssuer({}, aCa({ chain: requiring(policy) })) },
      profiles: { default: { certificatePolicies } },
    })
    const found = faultsOf(config).map(({ path, message }) => `${path}: ${message}`)
    expect(found.join('\n')).toBe(expected)
  })
})
