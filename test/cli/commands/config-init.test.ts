import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { z } from 'zod'
import type { KeyType } from '../../../cli/src/ca/key-type.ts'
import { INIT, NOW_MS, setUp } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

const clientsSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })

/** The entry of the client `old` in a configuration. */
const clientOf = (stdout: string): unknown => clientsSchema.parse(JSON.parse(stdout)).clients['old']

/** The entry of a client `old`, with the least that earlier versions wrote. */
async function entryWithoutRules(cwd: string): Promise<string> {
  await runCli('client create old --unrestricted', { cwd })
  const text = await readFile(join(cwd, 'old.client.json'), 'utf8')
  const { keys, issuers, profiles } =
    z.record(z.string(), z.looseObject({})).parse(JSON.parse(text))['old'] ?? {}
  return JSON.stringify({ old: { keys, issuers, profiles } })
}

describe('config init', () => {
  it('prints a configuration of CA, shipped profile and client', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { exitCode, stdout, stderr } = await config(INIT)
    expect(exitCode).toBe(0)
    const clients: unknown = JSON.parse(await readFile(join(cwd, 'c1.client.json'), 'utf8'))
    expect(JSON.parse(stdout)).toEqual({
      publicUrl: 'https://ca.example.com',
      issuers: {
        default: {
          authorities: [
            {
              state: 'active',
              chain: await readFile(join(cwd, 'ca/chain.pem'), 'utf8'),
              keySecret: 'CA_KEY_DEFAULT',
            },
          ],
          profiles: ['default'],
        },
      },
      profiles: { default: { maxDurationSeconds: 34_387_200 } },
      clients,
    })
    expect(stderr).toBe(`The configuration is valid.

Next:
  1. Save the output as signer-worker/signer.config.production.json, unless it is there.
  2. npm run deploy:worker -- --env production --secret CA_KEY_DEFAULT=ca/issuing/ca.key
  3. npx wrangler secret put CA_KEY_DEFAULT --env production < ca/issuing/ca.key
     Then keep that key offline, or delete it.
`)
    expect(stdout + stderr).not.toContain('PRIVATE KEY')
  })

  it('names issuer and profile as the flags say, and takes many clients', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await runCli('client create c2 --issuer edge-1 --profile web --unrestricted', { cwd })
    await runCli('client create c3 --issuer edge-1 --profile web --unrestricted', { cwd })
    const { stdout } = await config(
      `init --url https://a.example/ca --ca ca --issuer edge-1 --profile web
       --client c2.client.json --client c3.client.json`,
    )
    const made: unknown = JSON.parse(stdout)
    expect(made).toMatchObject({
      issuers: { 'edge-1': { authorities: [{ keySecret: 'CA_KEY_EDGE_1' }], profiles: ['web'] } },
      profiles: { web: {} },
      clients: { c2: { issuers: ['edge-1'] }, c3: { profiles: ['web'] } },
    })
  })

  it.for(['p256', 'p384', 'p521', 'rsa2048', 'ed25519'] as const satisfies readonly KeyType[])(
    'takes every kind of CA that ca init makes: %s, with all its limits',
    async (keyType, { expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      await runCli(
        `ca init --out other --key-type ${keyType} --path-length 1
         --permit-dns a.internal --exclude-dns b.a.internal --permit-ip 10.0.0.0/8
         --exclude-ip 10.1.0.0/16 --permit-ip fd00::/8 --permit-email a.example
         --exclude-email x@a.example --permit-uri .a.example --exclude-uri b.a.example`,
        { cwd, nowMs: NOW_MS },
      )
      const { exitCode, stderr } = await config(INIT.replace('--ca ca', '--ca other'))
      expect(exitCode).toBe(0)
      expect(stderr).not.toContain('not checked')
    },
  )

  it('--out writes a new file, and overwrites none', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    expect((await config(`${INIT} --out a/s.json`)).exitCode).toBe(0)
    const before = await readFile(join(cwd, 'a/s.json'), 'utf8')
    const again = await config(`${INIT} --out a/s.json`)
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('"a/s.json" already exists')
    expect(await readFile(join(cwd, 'a/s.json'), 'utf8')).toBe(before)
  })

  it('works without the issuing key, and says that it was not checked', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await rename(join(cwd, 'ca/issuing/ca.key'), join(cwd, 'away.key'))
    const { exitCode, stderr } = await config(INIT)
    expect(exitCode).toBe(0)
    expect(stderr).toContain(
      'its private key was not checked, since ca/issuing/ca.key does not exist',
    )
  })

  it('refuses a key that is not that of the CA', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await cp(join(cwd, 'ca/root/ca.key'), join(cwd, 'ca/issuing/ca.key'))
    const { exitCode, stdout, stderr } = await config(`${INIT} --out s.json`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(
      '/issuers/default/authorities/0/keySecret: the secret "CA_KEY_DEFAULT" does not belong',
    )
    expect(await readdir(cwd)).not.toContain('s.json')
  })

  it('lists every error in the result', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await runCli('client create c2 --issuer other --profile web --unrestricted', { cwd })
    const { exitCode, stderr } = await config(
      'init --url http://a.example --ca ca --client c2.client.json',
    )
    expect(exitCode).toBe(1)
    expect(stderr).toBe(`edge-issuer config init: the configuration has 3 errors:
  /publicUrl: must be https, not http://
  /clients/c2/issuers/0: there is no issuer "other"
  /clients/c2/profiles/0: there is no profile "web"
`)
  })

  describe('what a client may ask for', () => {
    it('is written into an entry that does not say it', async ({ expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      await writeFile(join(cwd, 'old.json'), await entryWithoutRules(cwd))
      const init = 'init --url https://a --ca ca --client old.json --client c1.client.json'
      const { stdout } = await config(`${init} --allow-dns *.b.internal`)
      expect(clientOf(stdout)).toMatchObject({
        allowed: { dnsNames: { values: ['*.b.internal'] } },
        certificatesPerMinute: 1200,
      })
      // The other entry has rules of its own.
      expect(stdout).toContain('*.a.internal')
      const unrestricted = await config(`${init} --unrestricted`)
      expect(clientOf(unrestricted.stdout)).toMatchObject({ unrestricted: true })
    })

    it('must be said', async ({ expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      await writeFile(join(cwd, 'old.json'), await entryWithoutRules(cwd))
      const { exitCode, stdout, stderr } = await config(
        'init --url https://a --ca ca --client old.json --client c1.client.json',
      )
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toContain(
        'for client "old", choose what the client may request with --allow-dns',
      )
      expect(stderr).toContain('or use --unrestricted')
    })

    it('is not said twice', async ({ expect, ...context }) => {
      const { config } = await setUp(context)
      const { exitCode, stderr } = await config(`${INIT} --unrestricted`)
      expect(exitCode).toBe(2)
      expect(stderr).toContain('the --allow flags and --unrestricted have no effect')
    })

    it('keeps a rate limit that is there', async ({ expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      const entry = await entryWithoutRules(cwd)
      await writeFile(
        join(cwd, 'old.json'),
        entry.replace('"issuers"', '"certificatesPerMinute": null, "issuers"'),
      )
      const { stdout } = await config(
        'init --url https://a --ca ca --client old.json --unrestricted',
      )
      expect(clientOf(stdout)).toMatchObject({ certificatesPerMinute: null })
    })
  })

  it.for([
    ['init --url https://a --ca ca', 2, '--client: at least one file is required'],
    [
      'init --url https://a --ca none --client c1.client.json',
      1,
      '--ca: cannot read "none/chain.pem"',
    ],
    ['init --url https://a --ca ca --client none.json', 1, '--client: cannot read "none.json"'],
    ['init --url https://a --ca ca --client ca/root.pem', 1, '"ca/root.pem" is not a JSON object'],
    ['init --url https://a --ca ca --client c1.secret.yaml', 1, 'is not a JSON object of clients'],
    ['init --url https://a --ca ca --client empty.json', 1, '"empty.json" contains no client'],
    [`${INIT} --client c1.client.json`, 1, '"c1.client.json" contains client "c1"'],
  ] as const)('%s is refused', async ([args, code, message], { expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await writeFile(join(cwd, 'empty.json'), '{}')
    const { exitCode, stdout, stderr } = await config(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
  })
})
