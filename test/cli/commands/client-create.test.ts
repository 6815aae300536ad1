import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const secretSchema = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string().optional() }),
  type: z.literal('Opaque'),
  stringData: z.strictObject({ 'private-key.pem': z.string() }),
})

const clientsSchema = z.record(
  z.string(),
  z.strictObject({
    keys: z.array(z.strictObject({ publicKey: z.string() })),
    issuers: z.array(z.string()),
    profiles: z.array(z.string()),
  }),
)

const publicPemOf = (privateKeyPem: string): string =>
  createPublicKey(createPrivateKey(privateKeyPem))
    .export({ type: 'spki', format: 'pem' })
    .toString()

/** RFC 7638 of an Ed25519 key (RFC 8037 appendix A.3). */
const thumbprintOf = (publicKeyPem: string): string => {
  const { crv, kty, x } = createPublicKey(publicKeyPem).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}

describe('client create', () => {
  it('writes a Secret and an entry whose keys are one pair', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout, stderr } = await runCli('client create cluster-1', { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect((await readdir(cwd)).toSorted()).toEqual([
      'cluster-1.client.json',
      'cluster-1.secret.yaml',
    ])
    const secret = secretSchema.parse(
      parse(await readFile(join(cwd, 'cluster-1.secret.yaml'), 'utf8')),
    )
    const privateKeyPem = secret.stringData['private-key.pem']
    const publicKeyPem = publicPemOf(privateKeyPem)
    expect(secret.metadata).toEqual({ name: 'edge-client' })
    expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe('ed25519')
    expect(
      clientsSchema.parse(JSON.parse(await readFile(join(cwd, 'cluster-1.client.json'), 'utf8'))),
    ).toEqual({
      'cluster-1': {
        keys: [{ publicKey: publicKeyPem }],
        issuers: ['default'],
        profiles: ['default'],
      },
    })
    expect(stdout).toContain(`key ${thumbprintOf(publicKeyPem)}`)
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  it('keeps the Secret for its owner', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('client create c', { cwd })
    expect((await stat(join(cwd, 'c.secret.yaml'))).mode & 0o777).toBe(0o600)
  })

  it('puts names where they are asked for', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli(
      `client create c --out x/y --namespace team-a --secret-name my.secret
       --issuer one --issuer two --profile web`,
      { cwd },
    )
    const secret = secretSchema.parse(parse(await readFile(join(cwd, 'x/y/c.secret.yaml'), 'utf8')))
    expect(secret.metadata).toEqual({ name: 'my.secret', namespace: 'team-a' })
    const clients = clientsSchema.parse(
      JSON.parse(await readFile(join(cwd, 'x/y/c.client.json'), 'utf8')),
    )
    expect(clients).toMatchObject({ c: { issuers: ['one', 'two'], profiles: ['web'] } })
  })

  it('--stdout prints the Secret alone, and its key touches no disk', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout } = await runCli('client create c --stdout', { cwd })
    expect(exitCode).toBe(0)
    const secret = secretSchema.parse(parse(stdout))
    expect(await readdir(cwd)).toEqual(['c.client.json'])
    const clients = clientsSchema.parse(
      JSON.parse(await readFile(join(cwd, 'c.client.json'), 'utf8')),
    )
    expect(clients).toMatchObject({
      c: { keys: [{ publicKey: publicPemOf(secret.stringData['private-key.pem']) }] },
    })
  })

  it('--json prints everything and writes nothing', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout, stderr } = await runCli('client create c --json', { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const printed = z
      .strictObject({
        name: z.literal('c'),
        keyId: z.string(),
        secret: secretSchema,
        clients: clientsSchema,
      })
      .parse(JSON.parse(stdout))
    const publicKey = publicPemOf(printed.secret.stringData['private-key.pem'])
    expect(printed.clients['c']?.keys).toEqual([{ publicKey }])
    expect(printed.keyId).toBe(thumbprintOf(publicKey))
    expect(await readdir(cwd)).toEqual([])
  })

  it('makes a new key each time, and overwrites none', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('client create c', { cwd })
    const before = await readFile(join(cwd, 'c.secret.yaml'), 'utf8')
    const { exitCode, stderr } = await runCli('client create c', { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"c.client.json" exists already')
    expect(await readFile(join(cwd, 'c.secret.yaml'), 'utf8')).toBe(before)
    await runCli('client create c --out other', { cwd })
    expect(await readFile(join(cwd, 'other/c.secret.yaml'), 'utf8')).not.toBe(before)
  })

  it.for([
    [[], 'NAME: it is required'],
    [['a', 'b'], '"b" is one word too many'],
    [['Cluster_1'], 'NAME: "Cluster_1" must be a DNS label'],
    [['../x'], 'NAME: "../x" must be a DNS label'],
    [['c', '--secret-name', 'a..b'], '--secret-name: "a..b" must be a DNS subdomain'],
    [['c', '--stdout', '--json'], 'choose one of --stdout and --json'],
  ] as const)('refuses %j', async ([args, fault], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli(['client', 'create', ...args], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(fault)
    expect(await readdir(cwd)).toEqual([])
  })
})
