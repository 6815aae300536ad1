import { generalName, name, subjectAltName, utf8 } from '@edge-issuer/testbed/pki/x509'
/** Rules of a client that use the namespace of the request. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'

const { dns, email, other, uri } = generalName
const UPN = '1.3.6.1.4.1.311.20.2.3'

type Rules = Readonly<Record<string, unknown>>
type CaseCsr = NonNullable<Case['csr']>

/** What comes of a request from a namespace: `ok`, or the refusals. */
function from(namespace: string, given: Case): string {
  const evaluated = outcomeOf({
    ...given,
    request: {
      origin: {
        kind: 'CertificateRequest',
        namespace,
        name: 'x',
        uid: 'u',
        username: '',
        groups: [],
      },
    },
  })
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

describe('{namespace}', () => {
  it.for<[string, Rules, CaseCsr, string]>([
    [
      'dnsNames',
      { dnsNames: { values: ['*.{namespace}.svc'] } },
      { extensions: [subjectAltName(dns('A.Team-A.svc'))] },
      'DNS:A.Team-A.svc',
    ],
    [
      'uris',
      { uris: { values: ['spiffe://td/ns/{namespace}/*'] } },
      { extensions: [subjectAltName(uri('spiffe://td/ns/team-a/sa/x'))] },
      'URI:spiffe://td/ns/team-a/sa/x',
    ],
    [
      'emailAddresses',
      { emailAddresses: { values: ['*@{namespace}.example'] } },
      { extensions: [subjectAltName(email('a@team-a.example'))] },
      'email:a@team-a.example',
    ],
    [
      'otherNames',
      { otherNames: [{ oid: UPN, values: ['*@{namespace}'] }] },
      { extensions: [subjectAltName(other(UPN, utf8('a@team-a')))] },
      `otherName:${UPN};UTF8:a@team-a`,
    ],
    [
      'commonName',
      { commonName: { value: '{namespace}' } },
      { subject: name(['CN', 'team-a']) },
      'CN=team-a',
    ],
    [
      'organizations',
      { subject: { organizations: { values: ['{namespace}'] } } },
      { subject: name(['O', 'team-a']) },
      'O=team-a',
    ],
  ])('in %s is the namespace of the request', ([, rules, csr, value], { expect }) => {
    const given = { client: allowing(rules), csr }
    expect(from('team-a', given)).toBe('ok')
    for (const namespace of ['team-b', '', '*']) {
      expect(from(namespace, given)).toContain(`"${value}" matches none of this client's allowed.`)
    }
  })
})
