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
  it('of a good configuration shows issuers, profiles and clients', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    const client = await readFile(join(cwd, 'c1.client.json'), 'utf8')
    const keyId = thumbprintOf(pemIn(client))
    expect(await config('check s.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key')).toEqual({
      exitCode: 0,
      stdout: `url       https://ca.example.com
issuer    default: profiles default
  active  CN=edge-issuer Issuing CA, until 2028-01-01T23:58:59.000Z, SHA-256 ${await sha256Of(join(cwd, 'ca/chain.pem'))}
profile   default: at most 398d
client    c1: key ${keyId}; issuers default; profiles default
${ACCESS}`,
      stderr: '"s.json" is valid, including its private keys\n',
    })
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
    expect(stderr).toContain('/issuers/default/authorities/1/keySecret: the worker has no secret')
  })

  it('without keys checks everything else, and says so', async ({ expect, ...context }) => {
    const { config } = await setUp(context)
    await config(`${INIT} --out s.json`)
    expect(await config('check s.json')).toEqual({
      exitCode: 0,
      stdout: ACCESS,
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

  it('finds a client whose key anyone can sign for', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { stdout } = await config(INIT)
    // The point of order 4 is 32 zero octets (RFC 8410 §4).
    const weak = 'MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
    await writeFile(join(cwd, 's.json'), stdout.replace(/MCowBQYDK2VwAyEA[^\\]*/, weak))
    const { exitCode, stderr } = await config('check s.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      '/clients/c1/keys/0/publicKey: is an Ed25519 public key of small order, for which anyone can sign',
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
    await runCli('client create c2 --unrestricted', { cwd })
    await runCli('client create c3 --allow-dns *a.internal', { cwd })
    const init = await config(
      `${INIT} --client c2.client.json --client c3.client.json --out s.json`,
    )
    const warnings = `warning: /clients/c2/unrestricted: anyone with this client's key can get a certificate for every name that the issuing CA permits; list what the client needs in \`allowed\`
warning: /clients/c3/allowed/commonName/values/0: "*a.internal" also matches common names of other domains or networks, such as "evila.internal"
warning: /clients/c3/allowed/dnsNames/values/0: "*a.internal" also matches DNS names of other domains or networks, such as "evila.internal"
`
    expect(init.exitCode).toBe(0)
    expect(init.stderr).toContain(warnings)
    const { exitCode, stderr } = await config(
      'check s.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    )
    expect(exitCode).toBe(0)
    expect(stderr).toBe(`${warnings}"s.json" is valid, including its private keys\n`)
  })

  it('refuses a client that does not say what it may ask for', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { stdout } = await config(INIT)
    await writeFile(join(cwd, 's.json'), stdout.replace('"allowed"', '"allows"'))
    const { exitCode, stderr } = await config('check s.json')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/clients/c1: Unrecognized key: "allows"')
    expect(stderr).toContain('/clients/c1: must set `allowed`, or `unrestricted: true`')
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
      '/issuers/default/authorities/0/keySecret: the worker has no secret',
    ],
    ['s.json --secret CA_KEY_X=ca/root/ca.key', 1, 'unknown secret "CA_KEY_X"'],
    ['s.json --secret CA_KEY_DEFAULT=none', 1, 'cannot read "none"'],
    ['s.json --secret ca/issuing/ca.key', 2, 'expected NAME=FILE'],
    ['s.json --secret A=b --secret A=c', 2, '--secret: the same name is given twice'],
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
