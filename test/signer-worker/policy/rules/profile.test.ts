import { describe, it } from 'vitest'
import { profileSchema } from '../../../../signer-worker/src/policy/rules/profile.ts'

describe('the shipped profile', () => {
  it('has every option set', ({ expect }) => {
    expect(profileSchema.parse({})).toEqual({
      subjectAttributes: null,
      rfc5280UpperBounds: false,
      commonName: 'allow',
      subjectAltNames: ['dns', 'ip', 'uri', 'email', 'otherName'],
      maxNames: 1000,
      wildcards: true,
      underscores: true,
      spiffe: 'allow',
      otherNames: [],
      keyTypes: ['RSA', 'P-256', 'P-384', 'P-521', 'Ed25519'],
      minRsaBits: 2048,
      maxRsaBits: 8192,
      usages: null,
      onMissingUsages: 'fill',
      isCA: false,
      emptyCaSubject: false,
      requireCertSign: true,
      pathLength: null,
      requireNameConstraints: true,
      nameConstraints: { permittedFromClient: false },
      certificatePolicies: [],
      noRevAvail: false,
      ignoredExtensions: [],
      refusedExtensions: [],
      minDurationSeconds: 300,
      maxDurationSeconds: 34_387_200,
      onExceed: 'clamp',
      backdateSeconds: 60,
    })
  })

  it('does not share its lists', ({ expect }) => {
    profileSchema.parse({}).keyTypes.pop()
    expect(profileSchema.parse({}).keyTypes).toHaveLength(5)
  })
})

/** Path and message of each fault. */
const faults = (value: unknown): readonly string[] => {
  const parsed = profileSchema.safeParse(value)
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('a profile', () => {
  it.for([
    ['an unknown option', { wildcard: true }, /Unrecognized key: "wildcard"/],
    ['an unknown attribute', { subjectAttributes: ['CN', 'title'] }, /^subjectAttributes\.1: /],
    ['more than 1,000 names', { maxNames: 1001 }, /^maxNames: /],
    ['no names', { maxNames: 0 }, /^maxNames: /],
    ['another rule for SPIFFE IDs', { spiffe: 'only' }, /^spiffe: /],
    ['an otherName that is no OID', { otherNames: ['upn'] }, /^otherNames\.0: must be an object/],
    ['an otherName twice', { otherNames: ['1.2.3', '1.2.3'] }, /^otherNames: has one twice$/],
    ['another rule for usages that are missing', { onMissingUsages: 'any' }, /^onMissingUsages: /],
    [
      'CA certificates, and usages without cert sign',
      { isCA: true, usages: ['server auth'] },
      /^usages: must include "cert sign", or isCA must be false$/,
    ],
    [
      'name constraints of the client without CA certificates',
      { nameConstraints: { permittedFromClient: true } },
      /^nameConstraints: permittedFromClient must be false, or isCA true$/,
    ],
    [
      'an unknown option of name constraints',
      { nameConstraints: { permittedFromClient: false, excluded: [] } },
      /^nameConstraints: Unrecognized key: "excluded"/,
    ],
    [
      'a refused extension that is no OID',
      { refusedExtensions: ['tls'] },
      /^refusedExtensions\.0: /,
    ],
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
      'CA certificates without a subject, and no CA certificates',
      { emptyCaSubject: true },
      /^emptyCaSubject: must be false, or isCA true$/,
    ],
    [
      'a path length without CA certificates',
      { pathLength: 0 },
      /^pathLength: must be null, or isCA true$/,
    ],
    [
      'CA certificates that are never revoked',
      { noRevAvail: true, isCA: true, maxDurationSeconds: 3600 },
      /^noRevAvail: must be false, or isCA false: CA certificates can be revoked$/,
    ],
    [
      'certificates of more than seven days that are never revoked',
      { noRevAvail: true, maxDurationSeconds: 604_801 },
      /^noRevAvail: must be false, or maxDurationSeconds at most 604800$/,
    ],
    [
      'a policy of the CA/Browser Forum',
      { certificatePolicies: ['2.23.140.1.2.1'] },
      /^certificatePolicies\.0: is of the CA\/Browser Forum/,
    ],
    [
      'the arc of the CA/Browser Forum itself',
      { certificatePolicies: ['2.23.140.1'] },
      /^certificatePolicies\.0: is of the CA\/Browser Forum/,
    ],
    [
      'a policy twice',
      { certificatePolicies: ['1.2.3', '1.2.4', '1.2.3'] },
      /^certificatePolicies: has one twice$/,
    ],
    [
      'a policy that is no OID',
      { certificatePolicies: ['low'] },
      /^certificatePolicies\.0: must be an object identifier/,
    ],
    ['another rule for common names', { commonName: 'drop' }, /^commonName: /],
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
    const found = faults(value)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it.for([
    [{ minRsaBits: 4096, maxRsaBits: 4096 }],
    [{ minDurationSeconds: 3600, maxDurationSeconds: 3600 }],
    [{ minDurationSeconds: 61 }],
    [{ pathLength: 0, isCA: true }],
    [{ noRevAvail: true, maxDurationSeconds: 604_800 }],
    [{ certificatePolicies: ['2.23.140.10', '2.23.141.1', '1.3.6.1.4.1.55555.1'] }],
    [{ commonName: 'requireInSANs' }],
    [{ subjectAttributes: ['CN', '2.5.4.12'] }],
    [{ subjectAttributes: [] }],
    [{ maxNames: 1 }],
    [{ isCA: true, usages: ['cert sign'] }],
    [{ isCA: true, nameConstraints: { permittedFromClient: true } }],
    [{ refusedExtensions: ['2.5.29.17', '1.3.6.1.5.5.7.1.24'] }],
    [{ otherNames: ['1.3.6.1.5.5.7.8.7'] }],
    [{ ignoredExtensions: ['2.5.29.14', '1.3.6.1.4.1.311.20.2'] }],
  ])('can be %j', ([value], { expect }) => {
    expect(faults(value)).toEqual([])
  })
})
