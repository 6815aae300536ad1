import { createPrivateKey } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { clientRulesSchema } from '../../../signer-worker/src/policy/rules/client-rules.ts'
import { pemIn, publicPemOf, thumbprintOf } from '../support/key-text.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const secretOf = (
  metadata: { readonly name: string; readonly namespace?: string },
  privateKeyPem: string,
): unknown => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata,
  type: 'Opaque',
  stringData: { 'private-key.pem': privateKeyPem },
})

const createdSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })

const entryOf = (privateKeyPem: string): unknown => ({
  keys: [{ publicKey: publicPemOf(privateKeyPem) }],
  issuers: ['default'],
  profiles: ['default'],
  unrestricted: true,
  certificatesPerMinute: 1200,
})

describe('client create', () => {
  it('writes a Secret and an entry whose keys are one pair', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout, stderr } = await runCli('client create cluster-1 --unrestricted', {
      cwd,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect((await readdir(cwd)).toSorted()).toEqual([
      'cluster-1.client.json',
      'cluster-1.secret.yaml',
    ])
    const secret = await readFile(join(cwd, 'cluster-1.secret.yaml'), 'utf8')
    const clients = await readFile(join(cwd, 'cluster-1.client.json'), 'utf8')
    const privateKeyPem = pemIn(secret)
    expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe('ed25519')
    expect(parse(secret)).toEqual(secretOf({ name: 'edge-client' }, privateKeyPem))
    expect(JSON.parse(clients)).toEqual({ clients: { 'cluster-1': entryOf(privateKeyPem) } })
    expect(stdout).toContain(`key ${thumbprintOf(publicPemOf(privateKeyPem))}`)
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  it('keeps the Secret for its owner', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('client create c --unrestricted', { cwd })
    expect((await stat(join(cwd, 'c.secret.yaml'))).mode & 0o777).toBe(0o600)
  })

  it('puts names where they are asked for', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli(
      `client create c --out x/y --namespace team-a --secret-name my.secret
       --issuer one --issuer two --profile web --unrestricted`,
      { cwd },
    )
    const secret = await readFile(join(cwd, 'x/y/c.secret.yaml'), 'utf8')
    const metadata = { name: 'my.secret', namespace: 'team-a' }
    expect(parse(secret)).toEqual(secretOf(metadata, pemIn(secret)))
    const clients: unknown = JSON.parse(await readFile(join(cwd, 'x/y/c.client.json'), 'utf8'))
    expect(clients).toMatchObject({
      clients: { c: { issuers: ['one', 'two'], profiles: ['web'] } },
    })
  })

  it('--stdout prints the Secret alone, and its key touches no disk', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout } = await runCli('client create c --unrestricted --stdout', { cwd })
    expect(exitCode).toBe(0)
    expect(parse(stdout)).toEqual(secretOf({ name: 'edge-client' }, pemIn(stdout)))
    expect(await readdir(cwd)).toEqual(['c.client.json'])
    const clients = await readFile(join(cwd, 'c.client.json'), 'utf8')
    expect(JSON.parse(clients)).toEqual({ clients: { c: entryOf(pemIn(stdout)) } })
  })

  it('--json prints everything and writes nothing', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout, stderr } = await runCli('client create c --unrestricted --json', {
      cwd,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const privateKeyPem = pemIn(stdout)
    expect(JSON.parse(stdout)).toEqual({
      name: 'c',
      keyId: thumbprintOf(publicPemOf(privateKeyPem)),
      secret: secretOf({ name: 'edge-client' }, privateKeyPem),
      clients: { c: entryOf(privateKeyPem) },
    })
    expect(await readdir(cwd)).toEqual([])
  })

  it('makes a new key each time, and overwrites none', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('client create c --unrestricted', { cwd })
    const before = await readFile(join(cwd, 'c.secret.yaml'), 'utf8')
    const { exitCode, stderr } = await runCli('client create c --unrestricted', { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"c.client.json" already exists')
    expect(await readFile(join(cwd, 'c.secret.yaml'), 'utf8')).toBe(before)
    await runCli('client create c --unrestricted --out other', { cwd })
    expect(await readFile(join(cwd, 'other/c.secret.yaml'), 'utf8')).not.toBe(before)
  })

  describe('what the client may ask for', () => {
    const USAGES = ['digital signature', 'key encipherment', 'server auth', 'client auth']

    it.for<[readonly string[], unknown]>([
      [
        ['--allow-dns', '*.a.internal', '--allow-dns', '*.{namespace}.svc'],
        {
          commonName: { values: ['*.a.internal', '*.{namespace}.svc'] },
          dnsNames: { values: ['*.a.internal', '*.{namespace}.svc'] },
          usages: USAGES,
        },
      ],
      [['--allow-ip', '10.1.*'], { ipAddresses: { values: ['10.1.*'] }, usages: USAGES }],
      [
        ['--allow-uri', 'spiffe://a/*', '--allow-usage', 'client auth'],
        { uris: { values: ['spiffe://a/*'] }, usages: ['client auth'] },
      ],
      [
        ['--allow-email', '*@a.example', '--allow-organization', 'A'],
        {
          emailAddresses: { values: ['*@a.example'] },
          usages: USAGES,
          subject: { organizations: { values: ['A'] } },
        },
      ],
      [
        ['--allow-common-name', 'A CA', '--allow-dns', 'a', '--allow-ca'],
        {
          commonName: { values: ['a', 'A CA'] },
          dnsNames: { values: ['a'] },
          isCA: true,
          usages: [...USAGES, 'cert sign', 'crl sign'],
        },
      ],
    ])('%j', async ([flags, allowed], { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      const { stdout } = await runCli(['client', 'create', 'c', '--json', ...flags], { cwd })
      const { clients } = createdSchema.parse(JSON.parse(stdout))
      expect(clients['c']).toMatchObject({ allowed })
      expect(clients['c']).not.toHaveProperty('unrestricted')
      const { allowed: found } = clients['c'] ?? {}
      expect(found).toEqual(allowed)
      // The worker takes it.
      expect(clientRulesSchema.safeParse({ allowed: found }).success).toBe(true)
    })
  })

  it.for([
    [[], 'NAME: a value is required'],
    [['c'], "such as --allow-dns '*.acme.internal'), or use --unrestricted for everything"],
    [['c', '--allow-ca'], 'these flags allow no name'],
    [['c', '--allow-usage', 'server auth'], 'these flags allow no name'],
    [['c', '--allow-dns', 'a', '--unrestricted'], '--unrestricted excludes the --allow flags'],
    [
      ['c', '--allow-dns', '*.{name}.a'],
      '--allow-dns: invalid value "*.{name}.a": has a "{" or "}" outside of {namespace}',
    ],
    [['c', '--allow-usage', 'server'], '--allow-usage: unknown value "server"'],
    [['a', 'b'], 'unexpected argument "b"'],
    [['Cluster_1'], 'NAME: invalid name "Cluster_1"; expected a DNS label'],
    [['../x'], 'NAME: invalid name "../x"; expected a DNS label'],
    [
      ['c', '--secret-name', 'a..b'],
      '--secret-name: invalid name "a..b"; expected a DNS subdomain',
    ],
    [['c', '--unrestricted', '--stdout', '--json'], '--stdout excludes --json'],
  ] as const)('refuses %j', async ([args, message], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli(['client', 'create', ...args], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(await readdir(cwd)).toEqual([])
  })
})
