import type { HealthAnswer } from '@edge-issuer/shared'
import {
  basicConstraints,
  commonName,
  extension,
  makeAuthority,
  makeKey,
  octets,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { CertificateCache } from '../../../relay/src/signer/certificate-cache.ts'
import { verifyHealth } from '../../../relay/src/signer/verify-health.ts'
import { aHealthAnswer, caFacts, rootFacts } from '../../support/health-answer.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00Z')

const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})
const other = makeAuthority({ key: makeKey('P-256'), subject: commonName('Other') })
const namesake = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
const expiredRoot = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Expired'),
  notAfter: new Date('2025-12-31T23:59:59Z'),
})
const expired = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
  notAfter: new Date('2025-12-31T23:59:59Z'),
})
const lastSecond = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
  notAfter: new Date(NOW_MS),
})
const leaf = makeAuthority({
  key: makeKey('P-256'),
  issuer: root,
  extensions: [basicConstraints(false)],
})
const strict = makeAuthority({
  key: makeKey('P-256'),
  issuer: root,
  extensions: [basicConstraints(true), extension('1.2.3.4', octets(5, 0), { critical: true })],
})
const pathless = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Pathless'),
  issuer: root,
  extensions: [basicConstraints(true, 0)],
})
const belowPathless = makeAuthority({ key: makeKey('P-256'), issuer: pathless })

const certificates = new CertificateCache()
const verify = (answer: HealthAnswer, nowMs = NOW_MS): unknown =>
  verifyHealth(answer, certificates, nowMs)

describe('verifyHealth', () => {
  it('gives the roots of the bundle, in order', ({ expect }) => {
    const answer = aHealthAnswer(issuing, [{ ca: other, state: 'next' }])
    expect(verify(answer)).toEqual({
      ok: true,
      value: {
        ...answer,
        roots: [
          { ...rootFacts(root), subject: 'CN=Root' },
          { ...rootFacts(other), subject: 'CN=Other' },
        ],
      },
    })
  })

  it.for([
    { name: 'a root that signs itself', answer: aHealthAnswer(root) },
    {
      name: 'the expired root of a CA that is retiring',
      answer: aHealthAnswer(issuing, [{ ca: expiredRoot, state: 'retiring' }]),
    },
    { name: 'a CA in its last second', answer: aHealthAnswer(lastSecond), nowMs: NOW_MS + 999 },
  ])('accepts $name', ({ answer, nowMs }, { expect }) => {
    expect(verify(answer, nowMs)).toMatchObject({ ok: true })
  })

  it.for([
    { name: 'no chain', fields: { chain: '' }, want: 'chain: there is no' },
    { name: 'no bundle', fields: { bundle: '' }, want: 'bundle: there is no' },
    {
      name: 'a chain without its root',
      fields: { chain: issuing.pem },
      want: 'the chain does not end at a root of the bundle',
    },
    {
      name: 'a chain to a root that is not in the bundle',
      fields: { bundle: other.pem },
      want: 'the chain does not end at a root of the bundle',
    },
    {
      name: 'a chain to a namesake of its root',
      fields: { chain: issuing.pem + namesake.pem, bundle: namesake.pem },
      want: 'certificate 1 of the chain is not signed by the next',
    },
    {
      name: 'an intermediate in the bundle',
      fields: { bundle: root.pem + issuing.pem },
      want: 'bundle: certificate 2 is not a root: it is not self-signed',
    },
    {
      name: 'another first certificate than ca says',
      fields: { ca: caFacts(other) },
      want: `ca.sha256 is ${caFacts(other).sha256}, and the first certificate of the chain has ${caFacts(issuing).sha256}`,
    },
    {
      name: 'a CA that is not among its own',
      fields: { authorities: [{ state: 'active' as const, ...caFacts(other) }] },
      want: `ca.sha256 is ${caFacts(issuing).sha256}, and no CA in authorities has it`,
    },
    { name: 'a leaf', answer: aHealthAnswer(leaf), want: 'certificate 1 of the chain is not a CA' },
    {
      name: 'a CA that is expired',
      answer: aHealthAnswer(expired),
      want: 'certificate 1 of the chain is expired',
    },
    {
      name: 'a CA with an unknown critical extension',
      answer: aHealthAnswer(strict),
      want: 'certificate 1 of the chain has the critical extension 1.2.3.4',
    },
    {
      name: 'a chain that is longer than a CA of it allows',
      answer: aHealthAnswer(belowPathless),
      want: 'certificate 2 of the chain has path length 0, and 1 CA certificates follow it',
    },
  ])('refuses $name', ({ answer = aHealthAnswer(issuing), fields, want }, { expect }) => {
    expect(verify({ ...answer, ...fields })).toMatchObject({
      ok: false,
      error: {
        class: 'temporary',
        code: 'answer_refused',
        message: expect.stringContaining(want),
      },
    })
  })
})
