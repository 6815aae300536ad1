import { describe, it } from 'vitest'
import { MAX_DURATION_SECONDS } from '../../../shared/src/index.ts'
import { clientPolicySchema } from '../../../signer-worker/src/policy/client-policy.ts'
import { profileSchema } from '../../../signer-worker/src/policy/profile.ts'

describe('the shipped profile', () => {
  it('has every option set', ({ expect }) => {
    expect(profileSchema.parse({})).toEqual({
      subjectAttributes: [
        'C',
        'O',
        'OU',
        'CN',
        'serialNumber',
        'L',
        'ST',
        'STREET',
        'postalCode',
        'DC',
        'UID',
        'emailAddress',
      ],
      subjectAltNames: ['dns', 'ip', 'uri', 'email', 'otherName'],
      wildcards: true,
      underscores: false,
      keyTypes: ['RSA', 'P-256', 'P-384', 'P-521', 'Ed25519'],
      minRsaBits: 2048,
      maxRsaBits: 8192,
      usages: [
        'signing',
        'digital signature',
        'content commitment',
        'key encipherment',
        'data encipherment',
        'key agreement',
        'cert sign',
        'crl sign',
        'encipher only',
        'decipher only',
        'any',
        'server auth',
        'client auth',
        'code signing',
        'email protection',
        's/mime',
        'ipsec end system',
        'ipsec tunnel',
        'ipsec user',
        'timestamping',
        'ocsp signing',
        'microsoft sgc',
        'netscape sgc',
      ],
      isCA: false,
      emptyCaSubject: false,
      pathLength: null,
      ignoredExtensions: [],
      minDurationSeconds: 300,
      maxDurationSeconds: MAX_DURATION_SECONDS,
      overMaximum: 'clamp',
      backdateSeconds: 60,
    })
  })

  it('does not share its lists', ({ expect }) => {
    profileSchema.parse({}).keyTypes.pop()
    expect(profileSchema.parse({}).keyTypes).toHaveLength(5)
  })
})

/** Path and message of each fault. */
const faults = (
  schema: typeof profileSchema | typeof clientPolicySchema,
  value: unknown,
): readonly string[] => {
  const parsed = schema.safeParse(value)
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('a profile', () => {
  it.for([
    ['an unknown option', { wildcard: true }, /Unrecognized key: "wildcard"/],
    ['an unknown attribute', { subjectAttributes: ['CN', 'title'] }, /^subjectAttributes\.1: /],
    ['an unknown kind of name', { subjectAltNames: ['directoryName'] }, /^subjectAltNames\.0: /],
    ['an unknown usage', { usages: ['sing'] }, /^usages\.0: /],
    ['no kind of key', { keyTypes: [] }, /^keyTypes: /],
    ['RSA keys that are too small', { minRsaBits: 2047 }, /^minRsaBits: /],
    ['RSA keys that are too large', { maxRsaBits: 8193 }, /^maxRsaBits: /],
    [
      'RSA keys of no size',
      { minRsaBits: 4096, maxRsaBits: 3072 },
      /^maxRsaBits: must be at least minRsaBits, which is 4096$/,
    ],
    [
      'durations of no length',
      { minDurationSeconds: 3601, maxDurationSeconds: 3600 },
      /^maxDurationSeconds: must be at least minDurationSeconds, which is 3601$/,
    ],
    [
      'a backdate as long as the shortest duration',
      { minDurationSeconds: 60 },
      /^backdateSeconds: must be below minDurationSeconds, which is 60$/,
    ],
    [
      'a backdate of more than 5 minutes',
      { backdateSeconds: 301, minDurationSeconds: 302 },
      /^backdateSeconds: /,
    ],
    [
      'a path length without CA certificates',
      { emptyCaSubject: true },
      /^emptyCaSubject: must be false, or isCA true$/,
    ],
    [
      { pathLength: 0 },
      /^pathLength: must be null, or isCA true$/,
    ],
    [
      'an extension that is judged, ignored',
      { ignoredExtensions: ['2.5.29.17'] },
      /^ignoredExtensions\.0: cannot be ignored/,
    ],
    [
      'an extension that is no OID',
      { ignoredExtensions: ['2.5.029'] },
      /^ignoredExtensions\.0: must be an object identifier/,
    ],
  ] as const)('cannot have %s', ([, value, expected], { expect }) => {
    const found = faults(profileSchema, value)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it.for([
    [{ minRsaBits: 4096, maxRsaBits: 4096 }],
    [{ minDurationSeconds: 3600, maxDurationSeconds: 3600 }],
    [{ minDurationSeconds: 61 }],
    [{ pathLength: 0, isCA: true }],
    [{ ignoredExtensions: ['2.5.29.14', '1.3.6.1.4.1.311.20.2'] }],
  ])('can be %j', ([value], { expect }) => {
    expect(faults(profileSchema, value)).toEqual([])
  })
})

describe('the policy of a client', () => {
  it('allows everything when it says nothing', ({ expect }) => {
    expect(clientPolicySchema.parse({})).toEqual({})
  })

  it.for([
    ['an unknown member', { dnsName: ['a'] }, /Unrecognized key: "dnsName"/],
    ['an empty pattern', { dnsNames: [''] }, /^dnsNames\.0: /],
    ['nine wildcards', { uris: ['*********'] }, /^uris\.0: has too many "\*"$/],
    ['an unknown usage', { usages: ['sing'] }, /^usages\.0: /],
    ['a common name among the other attributes', { subject: { CN: ['a'] } }, /^subject/],
    ['a duration of nothing', { maxDurationSeconds: 0 }, /^maxDurationSeconds: /],
  ] as const)('cannot have %s', ([, value, expected], { expect }) => {
    const found = faults(clientPolicySchema, value)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it('can have every member', ({ expect }) => {
    const value = {
      commonName: ['*.a'],
      dnsNames: ['*.a', 'b'],
      ipAddresses: ['10.*'],
      uris: ['********'],
      emailAddresses: ['*@a'],
      otherNames: ['1.2.3:*'],
      subject: { O: ['a'], OU: [] },
      isCA: false,
      usages: ['server auth'],
      minDurationSeconds: 1,
      maxDurationSeconds: 3600,
      namespaces: ['*'],
    }
    expect(clientPolicySchema.parse(value)).toEqual(value)
  })
})
