import { createHash } from 'node:crypto'
import { csrInfo, makeCsr, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  basicConstraints,
  extension,
  extKeyUsage,
  generalName,
  type KeyType,
  keyUsage,
  makeKey,
  name,
  NULL,
  seq,
  signWith,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  allowing,
  extensionOf,
  outcomeOf,
  NOW_MS,
  plan,
  refusals,
  theAuthority,
} from './support/evaluate-request.ts'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')

describe('a request that keeps to every rule', () => {
  it('becomes a plan', ({ expect }) => {
    const subject = name(['O', 'Me'], ['CN', 'web'])
    const key = aKey('RSA-2048')
    const found = plan({
      csr: {
        key,
        subject,
        extensions: [
          subjectAltName(generalName.dns('web.example'), generalName.ip(10, 0, 0, 1)),
          keyUsage(0, 2),
          extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
        ],
      },
      request: { usages: ['digital signature', 'key encipherment', 'server auth', 'client auth'] },
    })
    // RFC 7093 §2: SHA-256 of the key's own octets, which follow 24 octets of header.
    const keyId = createHash('sha256').update(key.spki.subarray(24)).digest().subarray(0, 20)
    expect({
      ...found,
      extensions: found.extensions.map(({ oid: id, critical, value }) =>
        [id, critical, Buffer.from(value).toString('hex')].join(' '),
      ),
    }).toEqual({
      subject,
      spki: key.spki,
      notBeforeSeconds: Math.floor(NOW_MS / 1000) - 60,
      notAfterSeconds: Math.floor(NOW_MS / 1000) - 60 + 3600,
      clamped: null,
      ignored: [],
      lintExceptions: [],
      warnings: [],
      names: {
        subject: 'CN=web,O=Me',
        commonNames: ['web'],
        subjectAltNames: ['DNS:web.example', 'IP:10.0.0.1'],
      },
      extensions: [
        '2.5.29.19 true 3000',
        '2.5.29.15 true 030205a0',
        '2.5.29.37 false 301406082b0601050507030106082b06010505070302',
        `2.5.29.14 false 0414${keyId.toString('hex')}`,
        `2.5.29.35 false 300a8008${Buffer.from(theAuthority().subjectKeyId).toString('hex')}`,
        '2.5.29.17 false 3013820b7765622e6578616d706c6587040a000001',
      ],
    })
  })

  it('is plain data that can be cloned, with the certification request in it once', ({
    expect,
  }) => {
    const found = plan({ csr: { extensions: [subjectAltName(generalName.dns('a.example'))] } })
    const cloned = structuredClone(found)
    expect(cloned).toEqual(found)
    const names = cloned.extensions.find(({ oid: id }) => id === '2.5.29.17')
    expect(cloned.subject.buffer === cloned.spki.buffer).toBe(true)
    expect(names?.value.buffer === cloned.spki.buffer).toBe(true)
  })

  it.for<KeyType>(['RSA-2048', 'RSA-3072', 'P-256', 'P-384', 'P-521', 'Ed25519'])(
    'may have a key of kind %s',
    (type, { expect }) => {
      expect(plan({ csr: { key: aKey(type) } }).spki).toEqual(aKey(type).spki)
    },
  )

  it('gets no keyUsage and no extKeyUsage when it names none', ({ expect }) => {
    const found = plan({ request: { usages: [] } })
    expect(found.extensions.map(({ oid: id }) => id)).toEqual([
      '2.5.29.19',
      '2.5.29.14',
      '2.5.29.35',
    ])
  })
})

describe('names', () => {
  it.for([
    ['an empty subject and a name', name(), [generalName.dns('a.example')], true],
    ['a subject and a name', name(['CN', 'x']), [generalName.dns('a.example')], false],
  ] as const)('%s', ([, subject, names, critical], { expect }) => {
    const found = plan({ csr: { subject, extensions: [subjectAltName(...names)] } })
    expect(extensionOf(found, '2.5.29.17')?.critical).toBe(critical)
  })

  it('a common name needs no subject alternative name', ({ expect }) => {
    const found = plan({ csr: { subject: name(['CN', 'only.example']) } })
    expect(found.names).toEqual({
      subject: 'CN=only.example',
      commonNames: ['only.example'],
      subjectAltNames: [],
    })
    expect(extensionOf(found, '2.5.29.17')).toBeUndefined()
  })

  it('the value of subjectAltName is copied octet for octet', ({ expect }) => {
    const names = [
      generalName.dns(`${'a'.repeat(63)}.Example`),
      generalName.dns('*.example'),
      generalName.other('1.3.6.1.4.1.311.20.2.3', utf8('me@corp')),
    ]
    const found = plan({ csr: { extensions: [subjectAltName(...names)] } })
    expect(extensionOf(found, '2.5.29.17')?.value).toBe(Buffer.from(seq(...names)).toString('hex'))
  })
})

describe('a certification request that cannot be read', () => {
  it.for([
    ['is not base64', 'AAA', /^csr_malformed: .* is not canonical base64$/],
    ['has bits behind the octets', 'AAB=', /^csr_malformed: .* is not canonical base64$/],
    ['is PEM', base64('-----BEGIN CERTIFICATE REQUEST-----\n'), /^csr_malformed: .*base64 of PEM/],
    [
      'is cut short',
      base64(makeCsr().subarray(0, -1)),
      /^csr_malformed: .*cut short \(at octet 0\)/,
    ],
    [
      'has been changed since it was signed',
      base64(signCsr(csrInfo(), { signature: signWith(aKey(), csrInfo({ subject: name() })) })),
      /^csr_signature_invalid: /,
    ],
    [
      'is signed by another key than its own',
      base64(makeCsr({ key: makeKey('P-256'), spki: aKey().spki })),
      /^csr_signature_invalid: /,
    ],
  ] as const)('that %s is refused, with nothing else', ([, csr, expected], { expect }) => {
    const found = refusals({ request: { csr, usages: ['nonsense'], durationSeconds: 1 } })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })
})

describe('all faults at once', () => {
  it('are listed, each with its own code', ({ expect }) => {
    const found = refusals({
      csr: {
        subject: name(['title', 'Dr']),
        extensions: [
          subjectAltName(generalName.dns('a..b'), generalName.dns('a.example')),
          extension('1.2.3', NULL, { critical: true }),
          extension('2.5.29.31', NULL, { critical: true }),
          basicConstraints(true),
          keyUsage(0, 2),
        ],
      },
      request: { usages: ['digital signature', 'server auth'], durationSeconds: 60 },
      client: {
        ...allowing({ dnsNames: { values: ['*.corp'] }, usages: ['digital signature'] }),
        constraints: { privateKey: { algorithm: 'RSA' } },
        selector: { namespace: { matchNames: ['team-b'] } },
      },
    })
    expect(found.map((refusal) => refusal.replace(/:.*/s, ''))).toEqual([
      'ca_mismatch',
      'usage_not_allowed',
      'usage_mismatch',
      'duration_not_allowed',
      'origin_not_allowed',
      'key_not_allowed',
      'subject_not_allowed',
      'name_malformed',
      'name_not_allowed',
      'extension_not_allowed',
    ])
    expect(found[9]).toContain('"1.2.3", "cRLDistributionPoints (2.5.29.31)"')
  })
})

describe('the namespace', () => {
  it.for([
    ['any, when the client is not limited', undefined, 'accepted'],
    ['one that matches', ['team-*'], 'accepted'],
    [
      'none that matches',
      ['prod', 'team-b'],
      'origin_not_allowed: the namespace "team-a" matches none of this client\'s selector.namespace.matchNames: "prod", "team-b"; ask the CA\'s operator',
    ],
    [
      'none at all',
      [],
      'origin_not_allowed: the namespace "team-a" matches none of this client\'s selector.namespace.matchNames: none; ask the CA\'s operator',
    ],
  ] as const)('%s', ([, namespaces, expected], { expect }) => {
    const evaluated = outcomeOf({
      client:
        namespaces === undefined ? {} : { selector: { namespace: { matchNames: namespaces } } },
    })
    expect('subject' in evaluated ? 'accepted' : evaluated.join()).toBe(expected)
  })
})
