import { X509Certificate } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { INIT, NOW_MS, setUp } from '../support/config-harness.ts'
import { pemIn, thumbprintOf } from '../support/key-text.ts'
import { runCli } from '../support/run-cli.ts'

const sha256Of = async (path: string): Promise<string> =>
  new X509Certificate(await readFile(path)).fingerprint256.replaceAll(':', '').toLowerCase()

/** What the client of the harness can get. */
const ACCESS =
  'access    c1 with profile default: DNS names matching "*.a.internal"; common names matching "*.a.internal"; for "digital signature", "key encipherment", "server auth", "client auth"; up to 398 days; 1200 certificates per minute\n'

describe('config check', () => {
  it('of a good configuration shows issuers, profiles, admins and clients', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const keyIdIn = async (file: string): Promise<string> =>
      thumbprintOf(pemIn(await readFile(join(cwd, file), 'utf8')))
    const summary = `url       https://ca.example.com
issuer    default: profiles default
  active  CN=edge-issuer Issuing CA, until 2028-01-01T23:58:59.000Z, SHA-256 ${await sha256Of(join(cwd, 'ca/chain.pem'))}
profile   default: at most 398d
admin     a1: key ${await keyIdIn('a1.admin.json')}; role admin
`
    const check = 'check s.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key'
    const stderr = '"s.json" is valid, including its private keys\n'
    expect(await config(check)).toEqual({ exitCode: 0, stdout: summary, stderr })
    expect(await config(`${check} --clients c1.client.json`)).toEqual({
      exitCode: 0,
      stdout: `${summary}client    c1: key ${await keyIdIn('c1.client.json')}; issuers default; profiles default
${ACCESS}`,
      stderr,
    })
  })

  it('shows clients with tokens, from YAML', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const subject = 'system:serviceaccount:edge-issuer:edge-issuer-relay'
    await writeFile(
      join(cwd, 'clients.yaml'),
      `clients:
  eu-1:
    keys: []
    issuers: [default]
    profiles: [default]
    unrestricted: true
    identity:
      issuer: https://kubernetes.default.svc
      discoveryUrl: https://oidc.eks.eu-west-1.amazonaws.com/id/A/.well-known/openid-configuration
      subjects: ["${subject}"]
`,
    )
    const { exitCode, stdout } = await config('check s.json --clients clients.yaml')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      `client    eu-1: tokens of https://kubernetes.default.svc for ${subject}; issuers default; profiles default\naccess    eu-1 with profile default: any name`,
    )
  })

  it('takes the keys from a folder too', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    await mkdir(join(cwd, 'keys'))
    await cp(join(cwd, 'ca/issuing/ca.key'), join(cwd, 'keys/CA_KEY_DEFAULT'))
    const { exitCode, stderr } = await config('check s.json --secrets keys')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: '"s.json" is valid, including its private keys\n',
    })
  })

  it('takes a key for each CA of an issuer', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    await runCli('ca renew --out ca-2', { cwd, nowMs: NOW_MS })
    await config('rotate s.json --add ca-2 --write')
    const first = '--secret CA_KEY_DEFAULT=ca/issuing/ca.key'
    const good = await config(`check s.json ${first} --secret CA_KEY_DEFAULT_2=ca-2/issuing/ca.key`)
    expect(good.stderr).toBe('"s.json" is valid, including its private keys\n')
    expect(good.stdout).toMatch(
      /^ {2}active {2}CN=edge-issuer Issuing CA, .*\n {2}next {4}CN=edge-issuer Issuing CA 2026-01-02, /m,
    )
    const { exitCode, stderr } = await config(`check s.json ${first}`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      '/issuers/default/authorities/1/keySecret: no private key was given for the secret',
    )
  })

  it('without keys checks everything else, and says so', async ({ expect, ...context }) => {
    const { config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    expect(await config('check s.json')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '"s.json" is valid, private keys were not checked: CA_KEY_DEFAULT\n',
    })
  })

  it('without keys still finds a secret that is misnamed', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { stdout } = await config(INIT)
    await writeFile(join(cwd, 's.json'), stdout.replace('CA_KEY_DEFAULT', '../key'))
    const { exitCode, stderr } = await config('check s.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/issuers/default/authorities/0/keySecret: must be upper-case letters')
  })

  it('finds an admin whose key anyone can sign for', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { stdout } = await config(INIT)
    // The point of order 4 is 32 zero octets (RFC 8410 §4).
    const weak = 'MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
    await writeFile(join(cwd, 's.json'), stdout.replace(/MCowBQYDK2VwAyEA[^\\]*/, weak))
    const { exitCode, stderr } = await config('check s.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      '/admins/a1/keys/0/publicKey: is an Ed25519 public key of small order, for which anyone can sign',
    )
  })

  it('after the end of the CA finds it expired', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const nowMs = Date.UTC(2028, 0, 2)
    const { exitCode, stderr } = await runCli('config check s.json', { cwd, nowMs })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/issuers/default/authorities/0/chain: the issuing CA "CN=')
  })

  it('warns of what a client can get, and ends well', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    await runCli('client create c2 --unrestricted', { cwd })
    await runCli('client create c3 --allow-dns *a.internal', { cwd })
    const check = 'check s.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key --clients'
    const valid = '"s.json" is valid, including its private keys\n'
    const unrestricted = await config(`${check} c2.client.json`)
    expect(unrestricted.exitCode).toBe(0)
    expect(unrestricted.stderr)
      .toBe(`warning: /clients/c2/unrestricted: anyone with this client's key can get a certificate for every name that the issuing CA permits; list what the client needs in \`allowed\`
${valid}`)
    const wide = await config(`${check} c3.client.json`)
    expect(wide.exitCode).toBe(0)
    expect(wide.stderr)
      .toBe(`warning: /clients/c3/allowed/commonName/values/0: "*a.internal" also matches common names of other domains or networks, such as "evila.internal"
warning: /clients/c3/allowed/dnsNames/values/0: "*a.internal" also matches DNS names of other domains or networks, such as "evila.internal"
${valid}`)
  })

  it('lists every error in the clients', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    await runCli('client create c2 --issuer other --profile web --unrestricted', { cwd })
    const { exitCode, stdout, stderr } = await config('check s.json --clients c2.client.json')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toBe(`edge-issuer config check: "c2.client.json" has 2 errors:
  /clients/c2/issuers/0: there is no issuer "other"
  /clients/c2/profiles/0: there is no profile "web"
`)
  })

  it('finds a client with the key of an admin', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const client = await readFile(join(cwd, 'c1.client.json'), 'utf8')
    const admin = await readFile(join(cwd, 'a1.admin.json'), 'utf8')
    const key = /MCowBQYDK2VwAyEA[^\\]*/
    await writeFile(join(cwd, 'c.json'), client.replace(key, key.exec(admin)?.[0] ?? ''))
    const { exitCode, stderr } = await config('check s.json --clients c.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/clients/c1/keys/0/publicKey: is already a key of admin "a1"')
  })

  it('refuses a client that does not say what it may ask for', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const text = await readFile(join(cwd, 'c1.client.json'), 'utf8')
    await writeFile(join(cwd, 'c.json'), text.replace('"allowed"', '"allows"'))
    const { exitCode, stderr } = await config('check s.json --clients c.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/clients/c1: Unrecognized key: "allows"')
    expect(stderr).toContain('/clients/c1: must set `allowed`, or `unrestricted: true`')
  })

  it('refuses a configuration with clients, and says what to do', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    const { stdout } = await config(INIT)
    await writeFile(join(cwd, 's.json'), stdout.replace('"admins"', '"clients": {}, "admins"'))
    const { exitCode, stderr } = await config('check s.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('edge-issuer clients apply --from-config')
  })

  it.for([
    [
      's.json --secret CA_KEY_DEFAULT=ca/root/ca.key',
      1,
      '/issuers/default/authorities/0/keySecret: the secret',
    ],
    [
      's.json --secrets ca',
      1,
      '/issuers/default/authorities/0/keySecret: no private key was given for the secret',
    ],
    ['s.json --secret CA_KEY_X=ca/root/ca.key', 1, 'unknown secret "CA_KEY_X"'],
    ['s.json --secret CA_KEY_DEFAULT=none', 1, 'cannot read "none"'],
    ['s.json --secret ca/issuing/ca.key', 2, 'expected NAME=FILE'],
    ['s.json --secret A=b --secret A=c', 2, '--secret: the same name is given twice'],
    ['s.json --clients none.yaml', 1, 'cannot read "none.yaml"'],
    ['s.json --clients a1.admin.json', 1, '"a1.admin.json" has'],
    ['none.json', 1, 'cannot read "none.json"'],
    ['ca/chain.pem', 1, 'the document: is not JSON'],
  ] as const)('%s is refused', async ([args, code, message], { expect, ...context }) => {
    const { config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const { exitCode, stdout, stderr } = await config(`check ${args}`)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('PRIVATE KEY')
  })
})
