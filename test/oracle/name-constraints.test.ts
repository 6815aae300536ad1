import {
  type Authority,
  authorityExtensions,
  commonName,
  generalName,
  makeAuthority,
  name,
  nameConstraints,
  octets,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
/** The worker and openssl say the same of names under a CA with name constraints. */
import { describe, it } from 'vitest'
import { type Asked, issued, opensslVerify } from './issued.ts'

const ROOT = makeAuthority({ subject: commonName('Root') })

describe('name constraints', () => {
  const { dns, email, ip, uri } = generalName
  const ca = makeAuthority({
    subject: commonName('Issuing'),
    issuer: ROOT,
    extensions: [
      ...Object.values(authorityExtensions(octets(1), ROOT)),
      nameConstraints(
        [dns('a.example'), ip(10, 0, 0, 0, 255, 0, 0, 0), uri('.a.example'), email('a.example')],
        [dns('no.a.example')],
      ),
    ],
  })
  // The same name and key without the constraints: what it issues, nobody has checked.
  const twin = makeAuthority({
    subject: ca.subject,
    issuer: ROOT,
    extensions: Object.values(authorityExtensions(octets(1), ROOT)),
  })

  it.for([
    ['a name inside', dns('b.a.example')],
    ['a name outside', dns('b.example')],
    ['a name excluded', dns('x.no.a.example')],
    ['a wildcard inside', dns('*.b.a.example')],
    ['a wildcard outside', dns('*.example')],
    ['an address inside', ip(10, 1, 2, 3)],
    ['an address outside', ip(11, 1, 2, 3)],
    ['a URI inside', uri('https://b.a.example/')],
    ['a URI outside', uri('https://b.example/')],
    ['a URI without a host', uri('urn:x')],
    ['a URI with a port inside', uri('https://b.a.example:8443/')],
    ['a URI with a user and a password', uri('https://me:x@b.a.example/')],
    ['a URI with a query right after its host', uri('https://b.a.example?x')],
    ['a mailbox inside', email('x@a.example')],
    ['a mailbox outside', email('x@b.a.example')],
  ] as const)('%s: openssl agrees', async ([, san], { expect }) => {
    const asked = { csr: { subject: name(), extensions: [subjectAltName(san)] } }
    expect(await isVerified(issued(twin, asked), ca)).toBe(isIssued(ca, asked))
  })
})

const isIssued = (ca: Authority, asked: Asked): boolean => {
  try {
    return issued(ca, asked) !== ''
  } catch {
    return false
  }
}

const isVerified = async (pem: string, ca: Authority): Promise<boolean> => {
  try {
    return (await opensslVerify(pem, { root: ROOT, ca })).includes('OK')
  } catch (error) {
    // Nothing but the constraints may be what openssl objects to.
    if (
      /permitted subtree violation|excluded subtree violation|unsupported name constraint|unsupported or invalid name syntax/.test(
        String(error),
      )
    )
      return false
    throw error
  }
}
