/**
 * CA certificates that would give away more than the rules allow.
 * @module
 */
import type { RefusalCode } from '../../../shared/src/index.ts'
import {
  basicConstraints,
  commonName,
  constructed,
  extension,
  generalName,
  keyUsage,
  name,
  nameConstraints,
  seq,
} from '../../support/x509.ts'
import type { Use, VerifierName } from '../verifiers/verifier.ts'
import type { AuthorityName } from './authorities.ts'
import type { ClientName } from './clients.ts'
import type { CertificateRecipe, HostileRequest, IssuedLeaf } from './hostile-request.ts'
import { CA_USAGES, CODE_SIGNING } from './words.ts'

const { dns, email, ip, uri } = generalName

const SUBJECT = name(['O', 'Acme'], ['CN', 'Team CA'])
const IPV6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] as const
const ALL_IPV4 = Array.from({ length: 8 }, () => 0)
const ALL_IPV6 = Array.from({ length: 32 }, () => 0)

const EVERYBODY: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java']
const OPENSSL: readonly VerifierName[] = ['openssl', 'curl', 'Node', 'Python']

const server = (host: string): Use => ({ kind: 'server', host })
const EVIL: IssuedLeaf = { names: [dns('www.evil.com')] }
const OTHER_CA = commonName('Further CA')

interface Row {
  readonly title: string
  readonly ca: AuthorityName
  readonly client: ClientName
  readonly code: RefusalCode
  readonly also?: readonly RefusalCode[]
  readonly subject?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
  readonly usages?: readonly string[]
  readonly profile?: Readonly<Record<string, unknown>>
  readonly certificate?: CertificateRecipe
  readonly leaf: IssuedLeaf
  readonly as: Use
  readonly by: readonly VerifierName[]
}

const CONSTRAINED_PROFILE = { requireNameConstraints: true }

const ROWS: readonly Row[] = [
  // Whether it is a CA at all.
  {
    title: 'a CA for a client that may have none',
    ca: 'open',
    client: 'restricted',
    code: 'ca_not_allowed',
    profile: { usages: ['digital signature', 'server auth', 'cert sign'] },
    usages: ['digital signature', 'server auth'],
    certificate: { extensions: [basicConstraints(true), keyUsage(0, 5)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA under a profile that has none',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: { isCA: false },
    usages: CA_USAGES,
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA without cert sign',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    also: ['usage_not_allowed'],
    usages: ['server auth'],
    certificate: { extensions: [basicConstraints(true)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA whose only key usages are not for its key',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    also: ['usage_not_allowed'],
    usages: ['key encipherment'],
    certificate: { extensions: [basicConstraints(true)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA whose only key usages are not for its key, where cert sign is not required',
    ca: 'unlimited',
    client: 'free',
    code: 'usage_not_allowed',
    profile: { requireCertSign: false },
    usages: ['key encipherment'],
    certificate: { extensions: [basicConstraints(true)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA without any key usage, where cert sign is not required',
    ca: 'unlimited',
    client: 'free',
    code: 'usage_not_allowed',
    profile: { requireCertSign: false },
    usages: ['server auth'],
    certificate: { extensions: [basicConstraints(true)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA whose cert sign the client does not list',
    ca: 'open',
    client: 'restrictedCasWithoutSign',
    code: 'ca_not_allowed',
    also: ['usage_not_allowed'],
    usages: CA_USAGES,
    extensions: [nameConstraints([dns('team.acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: { names: [dns('www.team.acme.internal')] },
    as: server('www.team.acme.internal'),
    by: EVERYBODY,
  },
  {
    title: 'a certificate that is no CA, whose certification request says it is one',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_mismatch',
    extensions: [basicConstraints(true)],
    usages: ['digital signature', 'server auth'],
    certificate: { extensions: [basicConstraints(true)] },
    profile: { isCA: true },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  // Path length.
  {
    title: 'a longer path than the profile has',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_mismatch',
    profile: { pathLength: 0 },
    extensions: [basicConstraints(true, 3)],
    certificate: { extensions: [basicConstraints(true, 3), keyUsage(5, 6)] },
    leaf: { ...EVIL, through: [OTHER_CA] },
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'no path length, where the profile has one and cert sign is not requested',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    also: ['usage_not_allowed'],
    profile: { pathLength: 0 },
    usages: ['server auth'],
    certificate: { extensions: [basicConstraints(true)] },
    leaf: { ...EVIL, through: [OTHER_CA] },
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title:
      'a CA named as the issuing CA below one of path length 0, which self-issued ones do not use up',
    ca: 'last',
    client: 'free',
    code: 'ca_not_allowed',
    also: ['subject_not_allowed'],
    subject: commonName('Last CA'),
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'curl', 'Node', 'Python', 'Java'],
  },
  {
    title:
      'a CA named as the issuing CA, which can then issue further ones in spite of its path length',
    ca: 'open',
    client: 'free',
    code: 'subject_not_allowed',
    subject: commonName('Open CA'),
    certificate: { extensions: [basicConstraints(true, 0), keyUsage(5, 6)] },
    leaf: { ...EVIL, through: [commonName('Open CA')] },
    as: server('www.evil.com'),
    by: OPENSSL,
  },
  {
    title: 'a CA named as the issuing CA in other letters',
    ca: 'open',
    client: 'free',
    code: 'subject_not_allowed',
    subject: commonName('OPEN  ca'),
    certificate: { extensions: [basicConstraints(true, 0), keyUsage(5, 6)] },
    leaf: { ...EVIL, through: [commonName('Open CA')] },
    as: server('www.evil.com'),
    by: OPENSSL,
  },
  {
    title: 'a CA named as the root',
    ca: 'open',
    client: 'free',
    code: 'subject_not_allowed',
    subject: commonName('Hostile Root'),
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  // Name constraints.
  {
    title: 'a CA without name constraints, where the profile requires them',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA that is limited in email addresses only',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([email('acme.internal')])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'Go'],
  },
  {
    title: 'a CA that is limited in URIs only',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([uri('acme.internal')])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'Go'],
  },
  {
    title: 'a CA that is limited in DNS names only, and issues for an address',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([dns('acme.internal')])],
    leaf: { names: [ip(203, 0, 113, 7)] },
    as: server('203.0.113.7'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that is limited in addresses only, and issues for a host',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that excludes one domain and permits none',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([ip(10, 0, 0, 0, 255, 0, 0, 0)], [dns('secret.acme.internal')])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that excludes IPv4 as a whole and leaves IPv6 open',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([dns('acme.internal')], [ip(...ALL_IPV4)])],
    leaf: { names: [ip(...IPV6)] },
    as: server('2001:db8::1'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that excludes IPv6 as a whole and leaves IPv4 open',
    ca: 'unlimited',
    client: 'free',
    code: 'ca_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([dns('acme.internal')], [ip(...ALL_IPV6)])],
    leaf: { names: [ip(203, 0, 113, 7)] },
    as: server('203.0.113.7'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that permits every DNS name, for a restricted client',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [nameConstraints([dns(''), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA that permits every IPv4 address, for a restricted client',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [nameConstraints([dns('team.acme.internal'), ip(...ALL_IPV4)])],
    leaf: { names: [ip(203, 0, 113, 7)] },
    as: server('203.0.113.7'),
    by: ['openssl', 'Go', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA for a domain outside the client',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [nameConstraints([dns('evil.com'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA for what is below a domain outside the client',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [nameConstraints([dns('.evil.com'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA for a domain inside the client and one outside',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [
      nameConstraints([dns('team.acme.internal'), dns('evil.com'), ip(10, 0, 0, 0, 255, 0, 0, 0)]),
    ],
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA for the domain itself, where the client lists only names below it',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'extension_not_allowed',
    also: ['ca_not_allowed'],
    extensions: [nameConstraints([dns('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: { names: [dns('acme.internal')] },
    as: server('acme.internal'),
    by: EVERYBODY,
  },
  {
    title: 'a CA for every second IPv4 address, with a mask that has gaps',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'csr_malformed',
    extensions: [nameConstraints([dns('team.acme.internal'), ip(0, 0, 0, 1, 0, 0, 0, 1)])],
    leaf: { names: [ip(203, 0, 113, 7)] },
    as: server('203.0.113.7'),
    by: ['openssl', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA outside the constraints of the issuing CA',
    ca: 'constrained',
    client: 'free',
    code: 'extension_not_allowed',
    extensions: [nameConstraints([dns('evil.com'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    certificate: { by: 'hand', extensions: [basicConstraints(true), keyUsage(5, 6)] },
    leaf: { names: [dns('www.acme.internal')] },
    as: server('www.acme.internal'),
    by: ['openssl', 'Go'],
  },
  {
    title: 'a CA without name constraints, for a restricted client',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'ca_not_allowed',
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  {
    title: 'a CA with constraints in directory names only',
    ca: 'unlimited',
    client: 'free',
    code: 'extension_not_allowed',
    profile: CONSTRAINED_PROFILE,
    extensions: [nameConstraints([constructed(4, name(['O', 'Leaf']))])],
    leaf: { ...EVIL, subject: name(['O', 'Leaf']) },
    as: server('www.evil.com'),
    by: ['openssl', 'curl', 'Node', 'Python'],
  },
  {
    title: 'a CA with a distance in its name constraints, which verifiers do not know',
    ca: 'unlimited',
    client: 'free',
    code: 'csr_malformed',
    extensions: [
      extension(
        '2.5.29.30',
        seq(constructed(0, seq(dns('acme.internal'), new Uint8Array([0x80, 1, 1])))),
        { critical: true },
      ),
    ],
    certificate: { extensions: [basicConstraints(true), keyUsage(5, 6)] },
    leaf: EVIL,
    as: server('www.evil.com'),
    by: EVERYBODY,
  },
  // Usages.
  {
    title: 'a CA good for code signing, where the client lists usages',
    ca: 'unlimited',
    client: 'restrictedCas',
    code: 'usage_not_allowed',
    profile: { onMissingUsages: 'reject' },
    extensions: [nameConstraints([dns('team.acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])],
    leaf: { names: [dns('www.team.acme.internal')], usages: [CODE_SIGNING] },
    as: { kind: 'usage', oid: CODE_SIGNING },
    by: ['Go'],
  },
]

export const SUB_CAS: readonly HostileRequest[] = ROWS.map(
  ({ leaf, as, by, subject = SUBJECT, extensions, ...rest }): HostileRequest => ({
    usages: CA_USAGES,
    isCA: rest.code !== 'ca_mismatch' || rest.profile?.['pathLength'] !== undefined,
    ...rest,
    title: `${rest.title} (${rest.ca} CA)`,
    csr: { subject, ...(extensions === undefined ? {} : { extensions }) },
    proof: { kind: 'issues', leaf, as, by },
  }),
)
