import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  ascii,
  commonName,
  generalName,
  name,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
/**
 * Requests beside the hostile ones that are signed: what a rule must not take along. Each has a use that
 * no verifier accepts its certificate for.
 * @module
 */
import { decodePemRequest } from '../../../shared/src/pem-request.ts'
import type { Use } from '../verifiers/verifier.ts'
import type { PolicyRequest } from './policy-answer.ts'
import { CLIENT_USAGES } from './words.ts'

const { dns, ip } = generalName

/** One row. */
export interface Control extends PolicyRequest {
  readonly title: string
  /** A use that no verifier accepts the certificate for. */
  readonly never: Use
}

const server = (host: string): Use => ({ kind: 'server', host })

/** As relay and CLI read it: the first of two certification requests in PEM. */
function firstOf(...hosts: readonly string[]): Uint8Array {
  const blocks = hosts.map((host) =>
    toPem('CERTIFICATE REQUEST', makeCsr({ extensions: [subjectAltName(dns(host))] })),
  )
  const first = decodePemRequest(ascii(blocks.join('')))
  if (!first.ok) throw new Error(first.error)
  return first.value
}

export const CONTROLS: readonly Control[] = [
  {
    title: 'a person, in a certificate for clients',
    ca: 'constrained',
    client: 'restricted',
    csr: { subject: commonName('alice') },
    usages: CLIENT_USAGES,
    never: server('alice'),
  },
  {
    title: 'a foreign host, in a certificate for clients',
    ca: 'open',
    client: 'restricted',
    csr: { subject: commonName('www.evil.com') },
    usages: CLIENT_USAGES,
    never: server('www.evil.com'),
  },
  {
    title: 'a foreign wildcard, in a certificate for clients',
    ca: 'constrained',
    client: 'restricted',
    csr: { subject: commonName('*.evil.com') },
    usages: CLIENT_USAGES,
    never: server('www.evil.com'),
  },
  {
    title: 'a foreign wildcard beside a DNS name, which verifiers look at alone',
    ca: 'constrained',
    client: 'restricted',
    csr: {
      subject: commonName('*.evil.com'),
      extensions: [subjectAltName(dns('web.acme.internal'))],
    },
    never: server('www.evil.com'),
  },
  {
    title: 'a name with a space, in a certificate for servers',
    ca: 'constrained',
    client: 'restricted',
    csr: { subject: commonName('Acme web'), extensions: [subjectAltName(ip(10, 1, 2, 3))] },
    never: server('web'),
  },
  {
    title: 'a host inside the rules, as the common name',
    ca: 'constrained',
    client: 'restricted',
    csr: { subject: name(['O', 'Acme'], ['CN', 'web.acme.internal']) },
    never: server('www.evil.com'),
  },
  {
    title: 'a request without extended usages, which gets those that the client lists',
    ca: 'constrained',
    client: 'restricted',
    csr: { subject: name(), extensions: [subjectAltName(dns('web.acme.internal'))] },
    usages: ['digital signature', 'key encipherment'],
    never: { kind: 'usage', oid: '1.3.6.1.5.5.7.3.3' },
  },
  {
    title: 'the first of two certification requests in one PEM file, and not the second',
    ca: 'constrained',
    client: 'restricted',
    csr: {},
    der: firstOf('web.acme.internal', 'www.evil.com'),
    never: server('www.evil.com'),
  },
]
