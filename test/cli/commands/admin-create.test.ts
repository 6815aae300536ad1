import { createPrivateKey } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { publicPemOf, thumbprintOf } from '../support/key-text.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

describe('admin create', () => {
  it('writes a key and an entry that are one pair', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout, stderr } = await runCli('admin create alice', { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect((await readdir(cwd)).toSorted()).toEqual(['alice.admin.json', 'alice.admin.key'])
    const privateKeyPem = await readFile(join(cwd, 'alice.admin.key'), 'utf8')
    expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe('ed25519')
    const publicKey = publicPemOf(privateKeyPem)
    expect(JSON.parse(await readFile(join(cwd, 'alice.admin.json'), 'utf8'))).toEqual({
      alice: { keys: [{ publicKey }], role: 'read' },
    })
    expect(stdout).toContain(`Created admin alice, role read, key ${thumbprintOf(publicKey)}`)
    expect(stdout).toContain('edge-issuer config add admin alice.admin.json --env production')
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  it('keeps the private key for its owner', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('admin create alice --out keys', { cwd })
    expect((await stat(join(cwd, 'keys/alice.admin.key'))).mode & 0o777).toBe(0o600)
  })

  it('gives the role and the end that are asked for', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('admin create bob --role admin --not-after 2027-01-01T02:00:00+02:00', { cwd })
    expect(JSON.parse(await readFile(join(cwd, 'bob.admin.json'), 'utf8'))).toEqual({
      bob: {
        keys: [{ publicKey: expect.any(String), notAfter: '2027-01-01T00:00:00Z' }],
        role: 'admin',
      },
    })
  })

  it('--json prints everything and writes nothing', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout } = await runCli('admin create alice --json', { cwd })
    expect(exitCode).toBe(0)
    const { privateKey, ...rest } = JSON.parse(stdout)
    const publicKey = publicPemOf(privateKey)
    expect(rest).toEqual({
      name: 'alice',
      keyId: thumbprintOf(publicKey),
      admins: { alice: { keys: [{ publicKey }], role: 'read' } },
    })
    expect(await readdir(cwd)).toEqual([])
  })

  it('makes a new key each time, and overwrites none', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('admin create alice', { cwd })
    const before = await readFile(join(cwd, 'alice.admin.key'), 'utf8')
    const { exitCode, stderr } = await runCli('admin create alice', { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"alice.admin.json" already exists')
    expect(await readFile(join(cwd, 'alice.admin.key'), 'utf8')).toBe(before)
  })

  it.for([
    [[], 'NAME: a value is required'],
    [['Alice'], 'NAME: invalid name "Alice"; expected a DNS label'],
    [['alice', '--role', 'root'], '--role: unknown value "root"; expected one of read, admin'],
    [['alice', '--not-after', '2027-02-30'], '--not-after: invalid time "2027-02-30"'],
    [['alice', '--not-after', 'tomorrow'], '--not-after: invalid time "tomorrow"'],
  ] as const)('refuses %j', async ([args, message], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli(['admin', 'create', ...args], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(await readdir(cwd)).toEqual([])
  })
})
