import { csrAttribute } from '@edge-issuer/testbed/pki/csr'
import {
  commonName,
  extension,
  generalName,
  nameConstraints,
  NULL,
  octets,
  seq,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
/** Requested extensions that are not certified: ignored with a notice, or refused. */
import { describe, it } from 'vitest'
import type { SignOrigin } from '../../../../shared/src/index.ts'
import type { CertificatePlan } from '../../../../signer-worker/src/model/certificate-plan.ts'
import { type Case, extensionOf, outcomeOf, plan } from '../support/evaluate-request.ts'

const TLS_FEATURE = '1.3.6.1.5.5.7.1.24'
const KEY_ID = '2.5.29.14'

/** A request for one extension; its notices, or the refusals. */
const asking = (
  id: string,
  critical: boolean,
  profile: Readonly<Record<string, unknown>> = {},
): readonly string[] => {
  const evaluated = outcomeOf({ profile, csr: { extensions: [extension(id, NULL, { critical })] } })
  return 'subject' in evaluated ? evaluated.ignored : evaluated
}

const notCertified = (text: string): readonly string[] => [
  `the requested extension ${text} is not copied: this CA does not certify it`,
]
const setItself = (text: string): readonly string[] => [
  `the requested extension ${text} is not copied: this CA sets it itself`,
]
const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ')
const criticalRefused = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for critical extensions that this CA does not certify: ${quoted(texts)}; remove them from the request, or mark them as not critical`
const listed = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for extensions that the profile's refusedExtensions list: ${quoted(texts)}; remove them from the request`
const limiting = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for extensions that limit a certificate, and this CA does not certify them: ${quoted(texts)}; remove them from the request`

describe("what Microsoft's attribute asks for", () => {
  const csr = {
    subject: commonName('Alice Smith'),
    attributes: [
      csrAttribute('1.3.6.1.4.1.311.2.1.14', seq(subjectAltName(generalName.dns('a.example')))),
    ],
  }
  const from = (kind: SignOrigin['kind']): CertificatePlan =>
    plan({ csr, request: { origin: { kind, namespace: '', name: 'a', uid: 'a', ...NOBODY } } })

  it.for(['CertificateRequest', 'CertificateSigningRequest'] as const)(
    'is not certified in a %s, where no approver sees it',
    (kind, { expect }) => {
      const { names, ignored } = from(kind)
      expect(names.subjectAltNames).toEqual([])
      expect(ignored).toEqual([expect.stringContaining('1.3.6.1.4.1.311.2.1.14')])
    },
  )

  it('is certified on the command line', ({ expect }) => {
    const { names, ignored } = from('CommandLine')
    expect({ names: names.subjectAltNames, ignored }).toEqual({
      names: ['DNS:a.example'],
      ignored: [],
    })
  })
})

const NOBODY = { username: '', groups: [] }

describe('a requested extension that is not certified', () => {
  it.for<[string, string, boolean, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['is ignored with a notice', '1.2.3', false, {}, notCertified('1.2.3')],
    ['is refused where it is critical', '1.2.3', true, {}, [criticalRefused('1.2.3')]],
    [
      'is ignored although critical, where the profile says so',
      '1.2.3',
      true,
      { ignoredExtensions: ['1.2.3'] },
      notCertified('1.2.3'),
    ],
    [
      'is refused although not critical, where the profile says so',
      '1.2.3',
      false,
      { refusedExtensions: ['1.2.3'] },
      [listed('1.2.3')],
    ],
    [
      'is refused where the profile says both',
      '1.2.3',
      false,
      { refusedExtensions: ['1.2.3'], ignoredExtensions: ['1.2.3'] },
      [listed('1.2.3')],
    ],
    [
      'is named where it has a name',
      '2.5.29.32',
      false,
      {},
      notCertified('certificatePolicies (2.5.29.32)'),
    ],
    ['may be a template of Microsoft', '1.3.6.1.4.1.311.21.7', false, {}, ['1.3.6.1.4.1.311.21.7']],
    ['may be a comment of Netscape', '2.16.840.1.113730.1.13', false, {}, ['113730.1.13']],
  ])('%s', ([, id, critical, profile, expected], { expect }) => {
    const found = asking(id, critical, profile)
    expect(found).toHaveLength(1)
    if (expected[0]?.includes(' ') === true) expect(found).toEqual(expected)
    else expect(found[0]).toContain(expected[0])
  })

  it.for([true, false])(
    'key identifiers are set by the CA, critical %s',
    (critical, { expect }) => {
      expect(asking(KEY_ID, critical)).toEqual(setItself('subjectKeyIdentifier (2.5.29.14)'))
      expect(asking('2.5.29.35', critical)).toEqual(setItself('authorityKeyIdentifier (2.5.29.35)'))
    },
  )

  it('a key identifier of the request is not that of the certificate', ({ expect }) => {
    const csr = { extensions: [extension(KEY_ID, octets(4, 1, 7))] }
    expect(extensionOf(plan({ csr }), KEY_ID)?.value).toMatch(/^0414[0-9a-f]{40}$/)
  })

  it('key identifiers are refused where the profile says so', ({ expect }) => {
    expect(asking(KEY_ID, false, { refusedExtensions: [KEY_ID] })).toEqual([
      listed('subjectKeyIdentifier (2.5.29.14)'),
    ])
  })

  it('is refused together with all others of its kind', ({ expect }) => {
    const evaluated = outcomeOf({
      profile: { refusedExtensions: ['1.2.5'] },
      csr: {
        extensions: [
          extension('1.2.3', NULL, { critical: true }),
          extension('1.2.4', NULL),
          extension(TLS_FEATURE, NULL),
          extension('1.2.5', NULL),
          extension('1.2.6', NULL, { critical: true }),
          subjectAltName(generalName.dns('a.example')),
        ],
      },
    })
    expect(evaluated).toEqual([
      listed('1.2.5'),
      limiting('TLS feature (1.3.6.1.5.5.7.1.24)'),
      criticalRefused('1.2.3', '1.2.6'),
    ])
  })

  it('is noticed one by one', ({ expect }) => {
    const found = plan({
      csr: {
        extensions: [
          extension('1.2.3', NULL),
          extension(KEY_ID, NULL),
          subjectAltName(generalName.dns('a.example')),
        ],
      },
    })
    expect(found.ignored).toEqual([
      ...notCertified('1.2.3'),
      ...setItself('subjectKeyIdentifier (2.5.29.14)'),
    ])
    expect(found.extensions.map(({ oid: id }) => id)).not.toContain('1.2.3')
  })
})

describe('a requested extension whose absence would give more than was asked', () => {
  it.for([
    ['TLS feature', TLS_FEATURE],
    ['policyConstraints', '2.5.29.36'],
    ['inhibitAnyPolicy', '2.5.29.54'],
  ] as const)('is refused: %s', ([, id], { expect }) => {
    for (const isCritical of [true, false]) {
      const [found = ''] = asking(id, isCritical)
      expect(found).toMatch(/^extension_not_allowed: /)
      expect(found).toContain(id)
      expect(asking(id, isCritical, { ignoredExtensions: [id] })[0]).toContain('is not copied')
    }
  })

  it('is refused: name constraints of a certificate that is not a CA', ({ expect }) => {
    const csr = { extensions: [nameConstraints([generalName.dns('a')])] }
    expect(outcomeOf({ csr })).toEqual([limiting('nameConstraints (2.5.29.30)')])
  })
})

it('a profile may refuse even an extension that is certified', ({ expect }) => {
  const names = subjectAltName(generalName.dns('a.example'))
  const given: Case = { csr: { extensions: [names] } }
  expect(outcomeOf({ ...given, profile: { refusedExtensions: ['2.5.29.17'] } })).toEqual([
    listed('subjectAltName (2.5.29.17)'),
  ])
  expect(plan(given).ignored).toEqual([])
})
