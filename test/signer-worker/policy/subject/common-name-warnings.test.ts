import { generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
/** Common names that are allowed, and that verifiers refuse all the same under DNS constraints. */
import { describe, it } from 'vitest'
import { type Case, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const { dns, email, ip } = generalName

const CONSTRAINED = limited([dns('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])
const SERVER = ['digital signature', 'server auth']
const CLIENT = ['digital signature', 'client auth']

const requestFor = (
  subject: Uint8Array,
  usages: readonly string[],
  names: readonly Uint8Array[] = [],
): Case => ({
  csr: { subject, ...(names.length === 0 ? {} : { extensions: [subjectAltName(...names)] }) },
  request: { usages: [...usages] },
})

/** Warnings of a plan, or the refusals. */
const warnings = (given: Case): readonly string[] => {
  const evaluated = outcomeOf({ ca: CONSTRAINED, ...given })
  return 'subject' in evaluated ? evaluated.warnings : evaluated
}

const JAVA = 'Java, and OpenSSL where it has a dot,'
const warning = (value: string, verifiers: string): string =>
  `${verifiers} may refuse the certificate: it has no dNSName, and its common name "CN=${value}" does not satisfy the issuing CA's name constraints: "DNS:acme.internal"; add a dNSName that the constraints permit`

describe('under DNS constraints a warning says what verifiers may refuse', () => {
  it.for([
    ['alice', CLIENT, [warning('alice', JAVA)]],
    ['evil.com', CLIENT, [warning('evil.com', JAVA)]],
    // OpenSSL takes an IPv4 address for a name there.
    ['10.0.0.1', CLIENT, [warning('10.0.0.1', JAVA)]],
    ['web.acme.internal', CLIENT, []],
    ['Alice Example', CLIENT, []],
    ['system:node:x', CLIENT, []],
    ['Our server', SERVER, [warning('Our server', 'GnuTLS')]],
    ['web.acme.internal', SERVER, []],
    ['10.0.0.1', SERVER, [warning('10.0.0.1', 'GnuTLS')]],
  ] as const)('"%s" for %j: %j', ([value, usages, expected], { expect }) => {
    expect(warnings(requestFor(name(['CN', value]), usages))).toEqual(expected)
  })

  it('of each common name', ({ expect }) => {
    const subject = name(['CN', 'alice'], ['CN', 'bob'], ['CN', 'web.acme.internal'])
    expect(warnings(requestFor(subject, CLIENT))).toEqual([
      warning('alice', JAVA),
      warning('bob', JAVA),
    ])
  })

  it('not beside a DNS name, nor under a CA without DNS constraints', ({ expect }) => {
    const subject = name(['CN', 'alice'])
    expect(warnings(requestFor(subject, CLIENT, [dns('web.acme.internal')]))).toEqual([])
    expect(warnings(requestFor(subject, CLIENT, [ip(10, 0, 0, 1)]))).toEqual([
      warning('alice', JAVA),
    ])
    const others = limited([email('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])
    expect(warnings({ ...requestFor(subject, CLIENT), ca: others })).toEqual([])
    const excluding = limited([], [dns('evil.com')])
    expect(warnings({ ...requestFor(subject, CLIENT), ca: excluding })).toEqual([])
  })
})
