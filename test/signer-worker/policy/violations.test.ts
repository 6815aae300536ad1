import { commonName, generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import { toProblem } from '../../../signer-worker/src/http/problem.ts'
import { allowing, type Case, evaluateCase } from './support/evaluate-request.ts'
import { limited } from './support/limited.ts'

const { dns, email, ip, uri } = generalName
const withNames = (...names: readonly Uint8Array[]): Case => ({
  csr: { extensions: [subjectAltName(...names)] },
})

/** `code field` of each violation. */
const fields = (given: Case): readonly string[] => {
  const evaluated = evaluateCase(given)
  return evaluated.ok ? [] : evaluated.error.map(({ code, field }) => `${code} ${String(field)}`)
}

it.for<[string, Case, readonly string[]]>([
  [
    'names, counted among those of their kind',
    withNames(dns('a.example'), ip(10, 0, 0, 1), dns('b..c'), uri('a'), email('a'), dns('d..e')),
    [
      'name_malformed dnsNames[1]',
      'name_malformed uris[0]',
      'name_malformed emailAddresses[0]',
      'name_malformed dnsNames[2]',
    ],
  ],
  [
    'a name against the rules of the client',
    {
      ...withNames(dns('a.example'), dns('b.example')),
      client: allowing({ dnsNames: { values: ['a.*'] } }),
    },
    ['name_not_allowed dnsNames[1]'],
  ],
  [
    'a name that is required',
    { client: allowing({ uris: { values: ['*'], required: true } }) },
    ['name_not_allowed uris'],
  ],
  ['the duration', { request: { durationSeconds: 60 } }, ['duration_not_allowed durationSeconds']],
  [
    'usages',
    { request: { usages: ['digital signature', 'odd', 'cert sign'] } },
    ['usage_unknown usages[1]', 'usage_not_allowed usages'],
  ],
  ['isCA', { request: { isCA: true, usages: ['cert sign'] } }, ['ca_not_allowed isCA']],
  [
    'the namespace',
    { client: { selector: { namespace: { matchNames: ['team-b'] } } } },
    ['origin_not_allowed origin.namespace'],
  ],
  [
    'the common name and other attributes',
    {
      csr: { subject: name(['CN', 'a.example'], ['O', 'b']) },
      client: allowing({ commonName: { value: 'x' }, subject: {} }),
    },
    ['subject_not_allowed commonName', 'subject_not_allowed subject.O'],
  ],
  [
    'a common name that verifiers read as a host',
    { csr: { subject: commonName('evil.example') }, ca: limited([dns('a.example')]) },
    ['subject_not_allowed commonName'],
  ],
  ['the public key', { profile: { keyTypes: ['RSA'] } }, ['key_not_allowed publicKey']],
  ['the certification request', { request: { csr: 'AAAA' } }, ['csr_malformed csr']],
])('a refusal names the member of the request: %s', ([, given, expected], { expect }) => {
  expect(fields(given)).toEqual(expected)
})

it('the field is in the problem document', ({ expect }) => {
  const evaluated = evaluateCase({ request: { durationSeconds: 60 } })
  if (evaluated.ok) throw new Error('the request was accepted')
  expect(toProblem(evaluated.error).errors).toEqual([
    {
      code: 'duration_not_allowed',
      field: 'durationSeconds',
      detail: expect.stringContaining("duration 60s is below the profile's minimum of 300s"),
    },
  ])
})
