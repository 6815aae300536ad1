/**
 * Subjects that name someone else: a CA, a group, a mailbox.
 * @module
 */
import { commonName, generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
import { showCrl } from './forged-crl.ts'
import type { HostileRequest } from './hostile-request.ts'
import { CLIENT_USAGES } from './words.ts'

const { dns, email } = generalName
const CLIENT = { kind: 'client' } as const
const CLIENT_VERIFIERS = ['openssl', 'Node', 'Python', 'Go', 'Java'] as const
const EMAIL_USAGES = ['digital signature', 'email protection']

/** The rules of this client depend on the namespace of the request. */
function fromNamespace(namespace: string, host: string): HostileRequest {
  return {
    title: `${host} from the namespace ${JSON.stringify(namespace)}`,
    ca: 'open',
    client: 'namespaced',
    origin: { namespace },
    csr: { subject: name(['O', 'Acme']), extensions: [subjectAltName(dns(host))] },
    code: 'name_not_allowed',
    proof: { kind: 'used', as: { kind: 'server', host }, by: ['openssl', 'curl', 'Node', 'Go'] },
  }
}

export const SUBJECTS: readonly HostileRequest[] = [
  {
    title: 'a certificate named as the issuing CA',
    ca: 'open',
    client: 'free',
    csr: { subject: commonName('Open CA') },
    usages: ['client auth'],
    code: 'subject_not_allowed',
    proof: { kind: 'shown', what: 'openssl takes its CRL for that of the CA', show: showCrl },
  },
  {
    title: 'a certificate named as the issuing CA in other letters',
    ca: 'open',
    client: 'free',
    csr: { subject: commonName('open  CA') },
    usages: ['client auth'],
    code: 'subject_not_allowed',
    proof: { kind: 'shown', what: 'openssl takes its CRL for that of the CA', show: showCrl },
  },
  {
    title: 'a certificate named as the root',
    ca: 'open',
    client: 'free',
    csr: { subject: commonName('Hostile Root') },
    usages: CLIENT_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: CLIENT, by: CLIENT_VERIFIERS },
  },
  {
    title: "Kubernetes' group of administrators",
    ca: 'open',
    client: 'restricted',
    csr: { subject: name(['O', 'system:masters'], ['CN', 'admin']) },
    usages: CLIENT_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: CLIENT, by: CLIENT_VERIFIERS },
  },
  {
    title: 'an attribute that the client does not list',
    ca: 'open',
    client: 'restricted',
    csr: { subject: name(['O', 'Acme'], ['OU', 'Domain Admins'], ['CN', 'admin']) },
    usages: CLIENT_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: CLIENT, by: CLIENT_VERIFIERS },
  },
  {
    title: 'an email address outside the rules in the subject, without names',
    ca: 'open',
    client: 'restricted',
    csr: { subject: name(['O', 'Acme'], ['emailAddress', 'ceo@evil.com']) },
    usages: EMAIL_USAGES,
    code: 'subject_not_allowed',
    proof: {
      kind: 'used',
      as: { kind: 'email', address: 'ceo@evil.com' },
      by: ['openssl', 'Node'],
    },
  },
  {
    title: 'an email address outside the rules in the subject, beside one inside among the names',
    ca: 'open',
    client: 'restricted',
    csr: {
      subject: name(['O', 'Acme'], ['emailAddress', 'ceo@evil.com']),
      extensions: [subjectAltName(email('a@acme.internal'))],
    },
    usages: EMAIL_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: { kind: 'usage', oid: '1.3.6.1.5.5.7.3.4' }, by: ['Go'] },
  },
  {
    title: 'an email address outside the rules in the subject, beside a host among the names',
    ca: 'open',
    client: 'restricted',
    csr: {
      subject: name(['O', 'Acme'], ['emailAddress', 'ceo@evil.com']),
      extensions: [subjectAltName(dns('web.acme.internal'))],
    },
    usages: EMAIL_USAGES,
    code: 'subject_not_allowed',
    proof: {
      kind: 'used',
      as: { kind: 'email', address: 'ceo@evil.com' },
      by: ['openssl', 'Node'],
    },
  },
  {
    title: 'an email address in the subject that the issuing CA does not permit',
    ca: 'constrained',
    client: 'free',
    csr: { subject: name(['O', 'Acme'], ['emailAddress', 'ceo@evil.com']) },
    usages: EMAIL_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: { kind: 'usage', oid: '1.3.6.1.5.5.7.3.4' }, by: ['Go'] },
  },
  {
    title: 'a control character in the subject',
    ca: 'open',
    client: 'restricted',
    csr: { subject: name(['O', 'Acme'], ['CN', 'alice\u0008\u0008\u0008\u0008\u0008admin']) },
    usages: CLIENT_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: CLIENT, by: CLIENT_VERIFIERS },
  },
  {
    title: 'neither a subject nor a name',
    ca: 'open',
    client: 'restricted',
    csr: { subject: name() },
    usages: CLIENT_USAGES,
    code: 'subject_not_allowed',
    proof: { kind: 'used', as: CLIENT, by: CLIENT_VERIFIERS },
  },
  {
    title: 'a request from a namespace of another team',
    ca: 'open',
    client: 'oneNamespace',
    origin: { namespace: 'team-b' },
    csr: { subject: name(), extensions: [subjectAltName(dns('web.acme.internal'))] },
    code: 'origin_not_allowed',
    proof: {
      kind: 'used',
      as: { kind: 'server', host: 'web.acme.internal' },
      by: ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java'],
    },
  },
  fromNamespace('team-a', 'web.team-b.svc.acme.internal'),
  fromNamespace('team-a', 'web.xteam-a.svc.acme.internal'),
  fromNamespace('*', 'web.team-b.svc.acme.internal'),
  fromNamespace('', 'web.svc.acme.internal'),
  fromNamespace('team-b.svc.acme.internal.x', 'web.team-b.svc.acme.internal'),
]
