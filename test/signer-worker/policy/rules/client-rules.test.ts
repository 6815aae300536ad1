import { describe, it } from 'vitest'
import { clientRulesSchema } from '../../../../signer-worker/src/policy/rules/client-rules.ts'

/** Path and message of each fault. */
const faults = (value: unknown): readonly string[] => {
  const parsed = clientRulesSchema.safeParse(value)
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the rules of a client in the configuration', () => {
  it.for([
    ['an unknown member', { allowed: { dnsName: {} } }, /^allowed: Unrecognized key: "dnsName"/],
    ['a list in place of a rule', { allowed: { dnsNames: ['a'] } }, /^allowed\.dnsNames: /],
    [
      'CEL validations, which are not understood',
      { allowed: { dnsNames: { values: ['*'], validations: [] } } },
      /^allowed\.dnsNames: Unrecognized key: "validations"/,
    ],
    ['an empty pattern', { allowed: { dnsNames: { values: [''] } } }, /dnsNames\.values\.0: /],
    [
      'nine wildcards',
      { allowed: { uris: { values: ['*********'] } } },
      /^allowed\.uris\.values\.0: has too many "\*"$/,
    ],
    [
      'a rule that no request could keep',
      { allowed: { uris: { values: [], required: true } } },
      /^allowed\.uris: is required, and no value is allowed$/,
    ],
    [
      'a value that is required, and none',
      { allowed: { commonName: { required: true } } },
      /^allowed\.commonName: is required, and no value is allowed$/,
    ],
    [
      'value and values',
      { allowed: { commonName: { value: 'a', values: ['b'] } } },
      /^allowed\.commonName: has both value and values$/,
    ],
    [
      'a value where there may be many',
      { allowed: { uris: { value: 'a' } } },
      /^allowed\.uris: Unrecognized key: "value"/,
    ],
    [
      'one oid twice',
      { allowed: { otherNames: [{ oid: '1.2.3' }, { oid: '1.2.3' }] } },
      /^allowed\.otherNames: has one oid twice$/,
    ],
    ['no oid', { allowed: { otherNames: [{ oid: 'upn' }] } }, /otherNames\.0\.oid: must be/],
    [
      'an attribute that has a member of its own',
      { allowed: { subject: { otherAttributes: [{ oid: '2.5.4.10' }] } } },
      /otherAttributes: names an attribute that has a member of its own$/,
    ],
    ['an unknown usage', { allowed: { usages: ['sing'] } }, /^allowed\.usages\.0: /],
    ['a duration of nothing', { constraints: { maxDurationSeconds: 0 } }, /maxDurationSeconds: /],
    [
      'durations of no length',
      { constraints: { minDurationSeconds: 2, maxDurationSeconds: 1 } },
      /^constraints: has a minDurationSeconds above its maxDurationSeconds$/,
    ],
    [
      'keys of no size',
      { constraints: { privateKey: { minSize: 2, maxSize: 1 } } },
      /^constraints\.privateKey: has a minSize above its maxSize$/,
    ],
    [
      'a size of Ed25519 keys',
      { constraints: { privateKey: { algorithm: 'Ed25519', minSize: 256 } } },
      /^constraints\.privateKey: has a minSize, which no Ed25519 key has$/,
    ],
    [
      'an unknown algorithm',
      { constraints: { privateKey: { algorithm: 'EC' } } },
      /^constraints\.privateKey\.algorithm: /,
    ],
    [
      'an unknown placeholder',
      { allowed: { dnsNames: { values: ['*.{name}.svc'] } } },
      /^allowed\.dnsNames\.values\.0: has a "\{" or "\}" outside of \{namespace\}, the only placeholder$/,
    ],
    [
      'a placeholder that is not closed',
      { allowed: { commonName: { value: '{namespace' } } },
      /^allowed\.commonName\.value: has a "\{"/,
    ],
    [
      'a placeholder in capitals',
      { allowed: { subject: { organizations: { values: ['{Namespace}'] } } } },
      /^allowed\.subject\.organizations\.values\.0: has a "\{"/,
    ],
    [
      'a placeholder in the selector, which would match every namespace',
      { selector: { namespace: { matchNames: ['{namespace}'] } } },
      /^selector\.namespace\.matchNames\.0: has a "\{" or "\}", which no namespace has$/,
    ],
    [
      'labels of namespaces, which are not known here',
      { selector: { namespace: { matchNames: ['a'], matchLabels: {} } } },
      /^selector\.namespace: Unrecognized key: "matchLabels"/,
    ],
  ] as const)('cannot have %s', ([, value, expected], { expect }) => {
    const found = faults(value)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it('can have every member', ({ expect }) => {
    const rule = { values: ['*'], required: true }
    const value = {
      allowed: {
        commonName: { value: '*.a', required: false },
        dnsNames: { values: ['*.a', 'b', '*.{namespace}.svc'] },
        ipAddresses: rule,
        uris: { values: ['********'] },
        emailAddresses: rule,
        otherNames: [{ oid: '1.2.3', ...rule }],
        isCA: false,
        usages: ['server auth'],
        subject: {
          organizations: rule,
          countries: rule,
          organizationalUnits: { values: [] },
          localities: rule,
          provinces: rule,
          streetAddresses: rule,
          postalCodes: rule,
          serialNumber: { values: ['1', '2'] },
          otherAttributes: [
            { oid: '0.9.2342.19200300.100.1.25', ...rule },
            { oid: '2.5.4.12', values: ['*'] },
          ],
        },
      },
      constraints: {
        minDurationSeconds: 1,
        maxDurationSeconds: 3600,
        privateKey: { algorithm: 'RSA', minSize: 3072, maxSize: 4096 },
      },
      selector: { namespace: { matchNames: ['*'] } },
    }
    expect(clientRulesSchema.parse(value)).toEqual(value)
  })
})
