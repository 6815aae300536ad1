import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import type { KeyType } from '../../../cli/src/ca/key-type.ts'
import { INIT, NOW_MS, setUp } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

describe('config init', () => {
  it('prints a configuration of CA, shipped profile and admin', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const { exitCode, stdout, stderr } = await config(INIT)
    expect(exitCode).toBe(0)
    const admins: unknown = JSON.parse(await readFile(join(cwd, 'a1.admin.json'), 'utf8'))
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
      admins,
    })
    expect(stderr).toBe(`The configuration is valid.

Next:
  1. Save the output as signer.config.json, unless it is there.
  2. npx edge-issuer worker deploy --env production --secret CA_KEY_DEFAULT=ca/issuing/ca.key
  3. npx wrangler secret put CA_KEY_DEFAULT --env production < ca/issuing/ca.key
     Then keep that key offline, or delete it.
  4. edge-issuer context add production --url https://ca.example.com --key ADMIN_KEY_FILE
  5. edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'
`)
    expect(stdout + stderr).not.toContain('PRIVATE KEY')
  })

  it('names issuer and profile as the flags say, and takes many admins', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await runCli('admin create a2', { cwd })
    const { stdout } = await config(
      `init --url https://a.example/ca --ca ca --issuer edge-1 --profile web
       --admin a2.admin.json --admin a1.admin.json`,
    )
    const made: unknown = JSON.parse(stdout)
    expect(made).toMatchObject({
      issuers: { 'edge-1': { authorities: [{ keySecret: 'CA_KEY_EDGE_1' }], profiles: ['web'] } },
      profiles: { web: {} },
      admins: { a1: { role: 'admin' }, a2: { role: 'read' } },
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
    const admins = await readFile(join(cwd, 'a1.admin.json'), 'utf8')
    await writeFile(join(cwd, 'a2.admin.json'), admins.replace('"a1"', '"a2"'))
    const { exitCode, stderr } = await config(
      'init --url http://a.example --ca ca --admin a1.admin.json --admin a2.admin.json',
    )
    expect(exitCode).toBe(1)
    expect(stderr).toBe(`edge-issuer config init: the configuration has 2 errors:
  /publicUrl: must be https, not http://
  /admins/a2/keys/0/publicKey: is already a key of admin "a1"
`)
  })

  it.for([
    ['init --url https://a --ca ca', 2, 'since without an admin no client can be registered'],
    ['init --url https://a --ca none --admin a1.admin.json', 1, '--ca: cannot read "none/chain'],
    ['init --url https://a --ca ca --admin none.json', 1, '--admin: cannot read "none.json"'],
    ['init --url https://a --ca ca --admin ca/root.pem', 1, '"ca/root.pem" is not a JSON object'],
    ['init --url https://a --ca ca --admin a1.admin.key', 1, 'is not a JSON object of admins'],
    ['init --url https://a --ca ca --admin empty.json', 1, '"empty.json" is not a JSON object'],
    ['init --url https://a --ca ca --admin c1.client.json', 1, 'clients apply --file'],
    [
      'init --url https://a --ca ca --admin reader.admin.json',
      1,
      'no admin has the role admin, and without one',
    ],
    [`${INIT} --admin a1.admin.json`, 1, '"a1.admin.json" contains admin "a1"'],
    [`${INIT} --client c1.client.json`, 2, '--client: unknown flag'],
    [`${INIT} --unrestricted`, 2, '--unrestricted: unknown flag'],
  ] as const)('%s is refused', async ([args, code, message], { expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await writeFile(join(cwd, 'empty.json'), '{}')
    await runCli('admin create reader', { cwd })
    const { exitCode, stdout, stderr } = await config(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
  })
})
