import {
  aKey,
  generalName,
  type KeyType,
  name,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
/** What the flags of `client create` are worth to cert-manager: by the policy of the worker. */
import { describe, it } from 'vitest'
import { z } from 'zod'
import { outcomeOf } from '../../signer-worker/policy/support/evaluate-request.ts'
import { runCli } from '../support/run-cli.ts'

const createdSchema = z.object({
  clients: z.object({ c: z.looseObject({ allowed: z.unknown() }) }),
})

/** The rules that flags make. */
async function rules(flags: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await runCli(['client', 'create', 'c', '--json', ...flags], { cwd: '/' })
  const { allowed } = createdSchema.parse(JSON.parse(stdout)).clients.c
  return { allowed }
}

const { dns, ip, uri } = generalName
const DNS_FLAGS = ['--allow-dns', '*.acme.internal']
const ORDINARY = {
  subject: name(['CN', 'web.acme.internal']),
  extensions: [subjectAltName(dns('web.acme.internal'), dns('www.web.acme.internal'))],
}

describe('with --allow-dns, an ordinary Certificate is issued', () => {
  it.for<[string, readonly string[], KeyType]>([
    ['with the default usages', ['digital signature', 'key encipherment'], 'RSA-2048'],
    ['with the default usages, for an EC key', ['digital signature', 'key encipherment'], 'P-256'],
    [
      'with the default usages, for an Ed25519 key',
      ['digital signature', 'key encipherment'],
      'Ed25519',
    ],
    ['for a server', ['digital signature', 'key encipherment', 'server auth'], 'P-256'],
    ['for both', ['server auth', 'client auth'], 'P-256'],
  ])('%s', async ([, usages, type], { expect }) => {
    const evaluated = outcomeOf({
      client: await rules(DNS_FLAGS),
      csr: { key: aKey(type), ...ORDINARY },
      request: { usages: [...usages] },
    })
    expect(evaluated).not.toBeInstanceOf(Array)
  })
})

const csr = (...names: readonly Uint8Array[]): object => ({
  subject: name(),
  extensions: [subjectAltName(...names)],
})

describe('with --allow-dns, nothing else is', () => {
  it.for<[string, object, readonly string[], string]>([
    ['another name', csr(dns('web.evil.example')), ['server auth'], 'name_not_allowed'],
    ['an address', csr(ip(10, 0, 0, 1)), ['server auth'], 'name_not_allowed'],
    ['a URI', csr(uri('spiffe://acme/a')), ['server auth'], 'name_not_allowed'],
    [
      'another common name',
      { ...ORDINARY, subject: name(['CN', 'admin']) },
      ['client auth'],
      'subject_not_allowed',
    ],
    [
      'an organization',
      { ...ORDINARY, subject: name(['O', 'system:masters']) },
      ['client auth'],
      'subject_not_allowed',
    ],
    ['another purpose', ORDINARY, ['email protection'], 'usage_not_allowed'],
    ['every purpose', ORDINARY, ['any'], 'usage_not_allowed'],
  ])('%s', async ([, asked, usages, code], { expect }) => {
    const evaluated = outcomeOf({
      client: await rules(DNS_FLAGS),
      csr: asked,
      request: { usages: [...usages] },
    })
    expect(evaluated).toEqual([expect.stringMatching(new RegExp(`^${code}: `))])
  })

  it('a CA certificate', async ({ expect }) => {
    const evaluated = outcomeOf({
      client: await rules(DNS_FLAGS),
      profile: { isCA: true },
      csr: ORDINARY,
      request: { isCA: true, usages: ['cert sign'] },
    })
    expect(evaluated).toContainEqual(expect.stringMatching(/^ca_not_allowed: /))
  })
})

it('with {namespace}, a namespace gets its own names', async ({ expect }) => {
  const client = await rules(['--allow-dns', '*.{namespace}.svc.acme.internal'])
  const asking = (namespace: string): ReturnType<typeof outcomeOf> =>
    outcomeOf({
      client,
      csr: { subject: name(), extensions: [subjectAltName(dns('web.team-a.svc.acme.internal'))] },
      request: {
        usages: ['server auth'],
        origin: {
          kind: 'CertificateRequest',
          namespace,
          name: 'web-1',
          uid: 'u',
          username: 'u',
          groups: [],
        },
      },
    })
  expect(asking('team-a')).not.toBeInstanceOf(Array)
  expect(asking('team-b')).toEqual([
    expect.stringContaining('allowed.dnsNames: "*.team-b.svc.acme.internal"'),
  ])
  expect(asking('')).toEqual([expect.stringMatching(/^name_not_allowed: /)])
})
