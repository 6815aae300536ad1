/** What `config check --clients` says of each client: what it can get, and what is risky about that. */
import { describe, it } from 'vitest'
import { accessWarnings, warningsMessage } from '../../../cli/src/config/access-warnings.ts'
import { describeAccess } from '../../../cli/src/config/describe-access.ts'
import {
  type ClientEntry,
  clientEntrySchema,
  type ConfigFile,
  configSchema,
  USAGES,
} from '../../../signer-worker/src/config/exports.ts'

type Json = Readonly<Record<string, unknown>>

const KEYS = [{ publicKey: 'PEM' }]

/** One client, by its name. */
const clientsOf = (client: Json): ReadonlyMap<string, ClientEntry> =>
  new Map([
    [
      'c',
      clientEntrySchema.parse({
        keys: KEYS,
        issuers: ['default'],
        profiles: ['web', 'other'],
        ...client,
      }),
    ],
  ])

/** The configuration around it. */
const fileOf = (profile: Json): ConfigFile =>
  configSchema.parse({
    publicUrl: 'https://ca.example.com',
    issuers: { default: { authorities: [{ state: 'active', chain: 'PEM' }], profiles: ['web'] } },
    profiles: { web: profile, other: {} },
  })

describe('what a client can get', () => {
  it.for<[string, Json, Json, string]>([
    [
      'without rules',
      { unrestricted: true },
      {},
      'any name that the issuing CA permits; for any purpose except "any", "code signing", "timestamping", "ocsp signing"; up to 398 days; 1200 certificates per minute',
    ],
    [
      'without rules, with a profile that has some',
      { unrestricted: true, certificatesPerMinute: null },
      {
        subjectAltNames: ['dns'],
        usages: ['signing', 'digital signature', 'server auth'],
        maxDurationSeconds: 5400,
      },
      'any name (of kind dns) that the issuing CA permits; for "digital signature", "server auth"; up to 90m; an unlimited number of certificates per minute',
    ],
    [
      'for every purpose',
      { unrestricted: true },
      { usages: USAGES },
      'any name that the issuing CA permits; for any purpose; up to 398 days; 1200 certificates per minute',
    ],
    [
      'with every rule',
      {
        allowed: {
          commonName: { value: '*.a' },
          dnsNames: { values: ['*.a', 'b'] },
          ipAddresses: { values: ['10.*'] },
          uris: { values: ['urn:a'] },
          emailAddresses: { values: ['*@a'] },
          otherNames: [{ oid: '1.2.3', values: ['*'] }],
          usages: ['server auth', 'client auth'],
          subject: {
            organizations: { values: ['A'] },
            serialNumber: { value: '1' },
            otherAttributes: [{ oid: '0.9.2342.19200300.100.1.25', values: ['a'] }],
          },
        },
        constraints: { maxDurationSeconds: 7_776_000 },
        selector: { namespace: { matchNames: ['team-*'] } },
        certificatesPerMinute: 7,
      },
      { usages: ['server auth'] },
      'DNS names matching "*.a", "b"; IP addresses matching "10.*"; URIs matching "urn:a"; email addresses matching "*@a"; other names 1.2.3 matching "*"; common names matching "*.a"; subject organizations matching "A"; subject serialNumber matching "1"; subject attributes 0.9.2342.19200300.100.1.25 matching "a"; for "server auth"; up to 90 days; from namespaces matching "team-*"; 7 certificates per minute',
    ],
    [
      'with rules that allow nothing',
      { allowed: {} },
      {},
      'no name; for no purpose; up to 398 days; 1200 certificates per minute',
    ],
    [
      'for a CA',
      { allowed: { isCA: true, usages: ['cert sign'] } },
      { isCA: true },
      'no name; for "cert sign"; CA certificates with name constraints; up to 398 days; 1200 certificates per minute',
    ],
    [
      'for an unlimited CA',
      { allowed: { isCA: true, usages: ['cert sign'] } },
      { isCA: true, requireNameConstraints: false },
      'no name; for "cert sign"; CA certificates with or without name constraints; up to 398 days; 1200 certificates per minute',
    ],
    [
      'but no CA',
      { allowed: { usages: ['cert sign'] } },
      { isCA: true },
      'no name; for "cert sign"; up to 398 days; 1200 certificates per minute',
    ],
  ])('%s', ([, client, profile, expected], { expect }) => {
    // The other profile is one that the issuer does not sign.
    expect(describeAccess(clientsOf(client), fileOf(profile))).toEqual([
      `access    c with profile web: ${expected}`,
    ])
  })
})

const names = { dnsNames: { values: ['*.a.internal'] }, usages: ['server auth'] }

describe('a warning', () => {
  it.for<[string, Json, Json, readonly string[]]>([
    ['of nothing', { allowed: names }, {}, []],
    [
      'of a client without rules',
      { unrestricted: true },
      {},
      [
        "/clients/c/unrestricted: anyone with this client's key can get a certificate for every name that the issuing CA permits; list what the client needs in `allowed`",
      ],
    ],
    [
      'of each pattern',
      {
        allowed: {
          ...names,
          commonName: { value: '*' },
          dnsNames: { values: ['a', '*'] },
          ipAddresses: { values: ['*'] },
          uris: { values: ['*'] },
          emailAddresses: { values: ['*'] },
        },
      },
      {},
      [
        '/clients/c/allowed/commonName/value: "*" matches every common name',
        '/clients/c/allowed/dnsNames/values/1: "*" matches every DNS name',
        '/clients/c/allowed/ipAddresses/values/0: "*" matches every IP address',
        '/clients/c/allowed/uris/values/0: "*" matches every URI',
        '/clients/c/allowed/emailAddresses/values/0: "*" matches every email address',
      ],
    ],
    [
      'of common names',
      { allowed: { ...names, commonName: { values: ['a', '*b.internal'] } } },
      {},
      [
        '/clients/c/allowed/commonName/values/1: "*b.internal" also matches common names of other domains or networks, such as "evilb.internal"',
      ],
    ],
    [
      'of no usage',
      { allowed: { dnsNames: names.dnsNames } },
      {},
      [
        '/clients/c/allowed/usages: the worker refuses every request, since no usage is allowed; list what the client needs',
      ],
    ],
    [
      'of no extended usage',
      { allowed: { ...names, usages: ['digital signature', 'key encipherment'] } },
      {},
      [
        '/clients/c/allowed/usages: the worker refuses every request, since no extended key usage is allowed, and a certificate without one would be valid for every purpose; add "server auth", "client auth" or another usage that the client needs',
      ],
    ],
    [
      'of usages that speak for everything',
      { allowed: { ...names, usages: ['server auth', 'any', 'ocsp signing'] } },
      {},
      [
        '/clients/c/allowed/usages/1: "any": a certificate with this usage is valid for every purpose',
        '/clients/c/allowed/usages/2: "ocsp signing": its holder can sign OCSP responses for the issuing CA',
      ],
    ],
    [
      'of the admins of clusters',
      { allowed: { ...names, subject: { organizations: { values: ['team-*', 'system:*'] } } } },
      {},
      [
        '/clients/c/allowed/subject/organizations/values/1: "system:*" matches "system:masters", whose members may do everything in a cluster that trusts the issuing CA for clients',
      ],
    ],
    [
      'of CA certificates without constraints',
      { allowed: { ...names, isCA: true } },
      { isCA: true, requireNameConstraints: false },
      [
        '/clients/c/allowed/isCA: with profile "web" this client can get CA certificates without name constraints, each worth as much as the issuing CA; set requireNameConstraints in the profile',
      ],
    ],
    [
      'of no CA certificates where constraints are required',
      { allowed: { ...names, isCA: true } },
      { isCA: true },
      [],
    ],
    [
      'of no CA certificates where the client may not ask for them',
      { allowed: names },
      { isCA: true, requireNameConstraints: false },
      [],
    ],
    [
      'of no limit',
      { allowed: names, certificatesPerMinute: null },
      {},
      ['/clients/c/certificatesPerMinute: the rate is unlimited: a stolen key can fill the ledger'],
    ],
  ])('%s', ([, client, profile, expected], { expect }) => {
    const found = accessWarnings(clientsOf(client), fileOf(profile).profiles)
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual(expected)
  })
})

it('warnings about many clients can be cut', ({ expect }) => {
  const [[, entry] = []] = clientsOf({ unrestricted: true })
  if (entry === undefined) throw new Error('no entry')
  const clients = new Map(Array.from({ length: 12 }, (_, index) => [`c${String(index)}`, entry]))
  const warnings = accessWarnings(clients)
  expect(warningsMessage(warnings).split('\n')).toHaveLength(13)
  const lines = warningsMessage(warnings, 10).split('\n')
  expect(lines[9]).toContain('/clients/c9/unrestricted: ')
  expect(lines.slice(10)).toEqual([
    'warning: 2 more; "edge-issuer config check --clients" shows all',
    '',
  ])
})
