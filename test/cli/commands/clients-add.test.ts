import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { z } from 'zod'
import { aClientRecord, aJwks, anEntry } from '../support/client-entries.ts'
import { setUpDirectory } from '../support/directory-harness.ts'
import { aCluster, ISSUER } from '../support/token-cluster.ts'

const fileSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })

const SUBJECT = 'system:serviceaccount:edge-issuer:edge-issuer-relay'

describe('clients add --from-cluster', () => {
  it('registers the public token keys of the cluster, and writes nothing into it', async ({
    expect,
    ...context
  }) => {
    const jwks = aJwks()
    const { kubeconfig, requests } = await aCluster(jwks, context)
    const { run, sent } = await setUpDirectory(context)
    const { exitCode, stdout, stderr } = await run(
      `clients add prod-eu-3 --from-cluster --kubeconfig ${kubeconfig} --allow-dns *.a.internal --region weur`,
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(`Added client prod-eu-3, token issuer ${ISSUER}

Next: edge-issuer issuer manifest --client prod-eu-3 --issuer default | kubectl --kubeconfig ${kubeconfig} apply -f -
`)
    expect(sent()).toMatchObject([
      {
        keys: [],
        issuers: ['default'],
        profiles: ['default'],
        allowed: { dnsNames: { values: ['*.a.internal'] } },
        identity: { issuer: ISSUER, jwks, subjects: [SUBJECT], jwksPush: true },
        region: 'weur',
      },
    ])
    expect(requests.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /.well-known/openid-configuration',
      'GET /openid/v1/jwks',
    ])
  })

  it('--print gives what "clients apply" reads, and asks no worker', async ({
    expect,
    ...context
  }) => {
    const { kubeconfig } = await aCluster(aJwks(), context)
    const { cwd, run, sent } = await setUpDirectory(context)
    const { stdout } = await run(
      `clients add c --from-cluster --kubeconfig ${kubeconfig} --unrestricted --issuer one --issuer two
       --profile web --subject system:serviceaccount:team-a:tls --no-jwks-push --print`,
    )
    expect(sent()).toEqual([])
    await writeFile(join(cwd, 'clients.yaml'), stdout)
    expect((await run('clients apply -f clients.yaml')).exitCode).toBe(0)
    expect(sent()).toMatchObject([
      {
        issuers: ['one', 'two'],
        profiles: ['web'],
        identity: { subjects: ['system:serviceaccount:team-a:tls'], jwksPush: false },
      },
    ])
  })

  it.for([
    { name: 'a set without keys', jwks: { keys: [] }, code: 1, want: '/keys: Too small' },
    {
      name: 'a set that is none',
      jwks: { kind: 'Status' },
      code: 1,
      want: 'is not a set of public keys',
    },
    {
      name: 'a key twice',
      jwks: { keys: [...aJwks('a').keys, ...aJwks('a').keys] },
      code: 1,
      want: 'has a kid twice',
    },
    {
      name: 'an API server that refuses',
      jwks: 403,
      code: 1,
      want: 'system:service-account-issuer-discovery',
    },
    {
      name: 'credentials that are not accepted',
      jwks: 401,
      code: 1,
      want: 'rejects the credentials',
    },
    {
      name: 'an API server that is down',
      jwks: 503,
      code: 4,
      want: 'no response from the API server',
    },
  ])('registers nothing for $name', async ({ jwks, code, want }, { expect, ...context }) => {
    const { kubeconfig } = await aCluster(jwks, context)
    const { run, sent } = await setUpDirectory(context)
    const { exitCode, stderr } = await run(
      `clients add c --from-cluster --kubeconfig ${kubeconfig} --unrestricted`,
    )
    expect(exitCode).toBe(code)
    expect(stderr).toContain(want)
    expect(sent()).toEqual([])
  })
})

describe('clients add without a kubeconfig', () => {
  it('takes the keys from kubectl', async ({ expect, ...context }) => {
    const jwks = aJwks()
    const { run, sent } = await setUpDirectory(context)
    const { exitCode } = await run(
      `clients add c --jwks - --token-issuer ${ISSUER} --unrestricted`,
      JSON.stringify(jwks),
    )
    expect(exitCode).toBe(0)
    expect(sent()).toMatchObject([{ identity: { issuer: ISSUER, jwks } }])
  })

  it('takes the URL of a public token issuer', async ({ expect, ...context }) => {
    const { run, sent } = await setUpDirectory(context)
    const url = 'https://oidc.example.com/id/1/.well-known/openid-configuration'
    await run(
      `clients add c --discovery-url ${url} --token-issuer https://oidc.example.com/id/1 --unrestricted`,
    )
    expect(sent()).toMatchObject([{ identity: { discoveryUrl: url } }])
  })
})

describe('clients add --key', () => {
  it('takes the file of client create with its rules', async ({ expect, ...context }) => {
    const { cwd, run, sent } = await setUpDirectory(context)
    const created = await run('client create c1 --allow-dns *.a.internal --profile web')
    const [, apply = ''] = /(clients apply --file \S+)/.exec(created.stdout) ?? []
    const { clients } = fileSchema.parse(
      JSON.parse(await readFile(join(cwd, 'c1.client.json'), 'utf8')),
    )
    expect((await run('clients add c1 --key c1.client.json')).exitCode).toBe(0)
    expect({ c1: sent()[0] }).toMatchObject(clients)
    // The same for a pipeline, as the command itself says.
    expect(await run(apply)).toMatchObject({
      exitCode: 0,
      stdout: '0 added, 0 changed, 0 removed, 1 unchanged\n',
    })
  })

  it('takes a public key, with rules from flags', async ({ expect, ...context }) => {
    const { cwd, run, sent } = await setUpDirectory(context)
    const { keys } = anEntry()
    await writeFile(join(cwd, 'c.pem'), keys[0]?.publicKey ?? '')
    const { exitCode, stderr } = await run('clients add c --key c.pem --unrestricted')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^warning: \/clients\/c\/unrestricted: .*\n$/)
    expect(sent()).toMatchObject([{ keys, unrestricted: true }])
  })

  it.for([
    {
      name: 'a private key',
      args: '--key a.admin.key --unrestricted',
      want: "(the admin's key is --admin-key)",
    },
    { name: 'the Secret', args: '--key c1.secret.yaml', want: 'contains a private key' },
    {
      name: 'the file of another client',
      args: '--key c1.client.json',
      want: 'has no client "c"; it has c1',
    },
    {
      name: 'other text',
      args: '--key text.txt --unrestricted',
      want: 'is neither a public key in PEM nor',
    },
    { name: 'no rules', args: '--key c.pem', want: 'choose what the client may request' },
    {
      name: 'flags of tokens',
      args: '--key c.pem --unrestricted --no-jwks-push',
      want: 'exclude --key',
    },
    {
      name: 'two ways',
      args: '--key c.pem --from-cluster',
      want: "give exactly one of --from-cluster, --jwks, --discovery-url and --key; the admin's key is given with --admin-key here",
    },
    { name: 'no way', args: '--unrestricted', want: 'give exactly one of' },
    {
      name: 'a key set without issuer',
      args: '--jwks c.pem --unrestricted',
      want: '--token-issuer: the flag is required',
    },
    {
      name: 'an unknown region',
      args: '--key c.pem --unrestricted --region mars',
      want: '/region: ',
    },
  ])('refuses $name', async ({ args, want }, { expect, ...context }) => {
    const { cwd, run, sent } = await setUpDirectory(context)
    await run('client create c1 --unrestricted')
    await writeFile(join(cwd, 'c.pem'), anEntry().keys[0]?.publicKey ?? '')
    await writeFile(join(cwd, 'text.txt'), 'hello')
    const { exitCode, stderr } = await run(`clients add c ${args}`)
    expect([1, 2]).toContain(exitCode)
    expect(stderr).toContain(want)
    expect(stderr).not.toContain('MC4CAQ')
    expect(sent()).toEqual([])
  })

  it('refuses rules of both the file and flags', async ({ expect, ...context }) => {
    const { run } = await setUpDirectory(context)
    await run('client create c1 --unrestricted')
    const { stderr } = await run('clients add c1 --key c1.client.json --allow-dns a')
    expect(stderr).toContain('remove the --allow flags or --unrestricted')
  })

  it('never changes a client that exists', async ({ expect, ...context }) => {
    const clients = [aClientRecord('c1', anEntry())]
    const { run } = await setUpDirectory(context, { clients })
    await run('client create c1 --unrestricted')
    const { exitCode, stderr } = await run('clients add c1 --key c1.client.json')
    expect(exitCode).toBe(3)
    expect(stderr).toContain('(version_conflict)')
  })
})
