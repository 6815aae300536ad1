import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { openssl } from '../support/openssl.ts'
import { runCli, type Surroundings, temporaryFolder } from '../support/run-cli.ts'

const FILES = ['chain.pem', 'issuing/ca.key', 'root.pem', 'root/ca.key']

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

const PASSPHRASE = 'correct horse battery staple'

describe('ca init', () => {
  it('keeps the keys for their owner, and the root key in a folder of its own', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    const { stdout } = await runCli('ca init --out mine/ca', { cwd })
    const folder = join(cwd, 'mine/ca')
    const found = await readdir(folder, { recursive: true })
    expect(found.filter((name) => name.includes('.')).toSorted()).toEqual(FILES)
    for (const part of ['root', 'issuing']) {
      expect(await modeOf(join(folder, part))).toBe(0o700)
      expect(await modeOf(join(folder, part, 'ca.key'))).toBe(0o600)
    }
    expect(stdout).toContain('Move mine/ca/root/ca.key offline')
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  it('puts the root key only where --root-key-out says', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { stdout } = await runCli('ca init --root-key-out media/root.key', { cwd })
    const found = await readdir(cwd, { recursive: true })
    expect(found.filter((name) => name.endsWith('.key')).toSorted()).toEqual([
      'ca/issuing/ca.key',
      'media/root.key',
    ])
    expect(await modeOf(join(cwd, 'media/root.key'))).toBe(0o600)
    expect(stdout).toContain('1. Keep media/root.key offline.')
  })

  it.for(['p256', 'p384', 'rsa3072', 'ed25519'])(
    'encrypts a root key of type %s so that openssl reads it',
    async (keyType, { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      await writeFile(join(cwd, 'pass'), 'correct horse battery staple\n')
      const { exitCode } = await runCli(
        `ca init --key-type ${keyType} --root-key-passphrase-file pass`,
        { cwd },
      )
      expect(exitCode).toBe(0)
      const pem = await readFile(join(cwd, 'ca/root/ca.key'), 'utf8')
      expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
      const check = 'pkey -in ca/root/ca.key -noout -passin'
      expect((await openssl(`${check} file:pass`, cwd)).exitCode).toBe(0)
      expect((await openssl(`${check} pass:other`, cwd)).exitCode).not.toBe(0)
      // The worker reads the issuing key as it is.
      expect(await readFile(join(cwd, 'ca/issuing/ca.key'), 'utf8')).toMatch(/BEGIN PRIVATE KEY/)
    },
  )

  it.for([
    ['', 'must have a passphrase of at least 16 characters'],
    ['x'.repeat(15), 'must have a passphrase of at least 16 characters'],
    ['x'.repeat(1_025), 'exceeds the maximum of 1024 bytes'],
    [`${'x'.repeat(20)}\n${'y'.repeat(20)}\n`, 'must contain one line'],
  ] as const)(
    'makes nothing with a bad passphrase: %#',
    async ([text, want], { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      await writeFile(join(cwd, 'pass'), text)
      const { exitCode, stderr } = await runCli('ca init --root-key-passphrase-file pass', { cwd })
      expect(exitCode).toBe(1)
      expect(stderr).toContain(`--root-key-passphrase-file: "pass" ${want}`)
      expect(await readdir(cwd)).toEqual(['pass'])
    },
  )

  it.for<[string, Partial<Surroundings>, string]>([
    ['typed twice', { secrets: [PASSPHRASE, PASSPHRASE] }, '--encrypt-root-key'],
    ['in the variable', { env: { EDGE_ISSUER_ROOT_KEY_PASSPHRASE: PASSPHRASE } }, ''],
    [
      'in the variable, with the flag',
      { env: { EDGE_ISSUER_ROOT_KEY_PASSPHRASE: PASSPHRASE } },
      '--encrypt-root-key',
    ],
    [
      'on standard input',
      { stdin: Buffer.from(`${PASSPHRASE}\n`) },
      '--root-key-passphrase-file -',
    ],
  ])('encrypts with a passphrase that is %s', async ([, given, flags], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const made = await runCli(`ca init ${flags}`.trim(), { cwd, ...given })
    expect(made.exitCode).toBe(0)
    expect(made.stdout).toContain('It is encrypted; openssl pkey -in ca/root/ca.key -noout asks')
    expect(made.stdout + made.stderr).not.toContain(PASSPHRASE)
    const { output } = await openssl('asn1parse -in ca/root/ca.key', cwd)
    expect(output).toContain('hmacWithSHA256')
    // A million, in hexadecimal.
    expect(output).toMatch(/INTEGER +:0F4240/)
    const renewed = await runCli('ca renew --out ca-2', { cwd, secrets: [PASSPHRASE] })
    expect(renewed.stderr).toBe('Passphrase of the root key in "ca/root/ca.key"\n')
    expect(renewed.exitCode).toBe(0)
  })

  it.for<[string, Partial<Surroundings>, string]>([
    [
      'two answers differ',
      { secrets: [PASSPHRASE, `${PASSPHRASE}r`] },
      'the two passphrases differ',
    ],
    [
      'the answer is short',
      { secrets: ['secret', 'secret'] },
      'the answer must have a passphrase of at least 16',
    ],
    ['there is no terminal', {}, 'cannot prompt for the passphrase without a terminal'],
    [
      'the variable is short',
      { env: { EDGE_ISSUER_ROOT_KEY_PASSPHRASE: 'secret' } },
      'EDGE_ISSUER_ROOT_KEY_PASSPHRASE must have a passphrase of at least 16',
    ],
  ])('makes nothing when %s', async ([, given, want], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli('ca init --encrypt-root-key', { cwd, ...given })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(want)
    expect(stderr).not.toMatch(/: secret|horse/)
    expect(await readdir(cwd)).toEqual([])
  })

  it('says which kinds of name stay free', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { stdout } = await runCli('ca init --permit-dns acme.internal', { cwd })
    expect(stdout).toContain(
      'names    dns acme.internal; no --permit flag limits ip, email, uri names',
    )
  })

  it('overwrites nothing', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init', { cwd })
    const contents = async (): Promise<readonly string[]> =>
      Promise.all(FILES.map(async (file) => readFile(join(cwd, 'ca', file), 'utf8')))
    const before = await contents()
    const { exitCode, stdout, stderr } = await runCli('ca init', { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('"ca/chain.pem" already exists')
    expect(await contents()).toEqual(before)
  })

  it('leaves nothing behind when only a key is in the way', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'ca/issuing'), { recursive: true })
    await writeFile(join(cwd, 'ca/issuing/ca.key'), 'precious')
    const { exitCode } = await runCli('ca init', { cwd })
    expect(exitCode).toBe(1)
    expect(await readFile(join(cwd, 'ca/issuing/ca.key'), 'utf8')).toBe('precious')
    expect((await readdir(join(cwd, 'ca'))).toSorted()).toEqual(['issuing', 'root'])
    expect(await readdir(join(cwd, 'ca/root'))).toEqual([])
  })

  it.for([
    [['--root-duration', '1y'], 'the issuing CA would outlive its root'],
    [['--key-type', 'dsa'], '--key-type: unknown value "dsa"; expected one of p256, p384'],
    [['--name', 'x'.repeat(54)], '--name: "xxxx'],
    [['--organization', ' Acme'], '--organization: " Acme" must not begin or end with a space'],
    [['--organization', 'A\u0000B'], 'or contain control characters'],
    [['--path-length', '-1'], '--path-length: the value N is missing before "-1"'],
    [
      ['--permit-dns', '*.example.com'],
      '--permit-dns: invalid DNS constraint "*.example.com"; write',
    ],
    [['--extended-usage', 'serverAuth'], '--extended-usage: unknown value "serverAuth"'],
  ] as const)(
    'refuses %j before it makes anything',
    async ([args, message], { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      const { exitCode, stderr } = await runCli(['ca', 'init', ...args], { cwd })
      expect(exitCode).toBe(2)
      expect(stderr).toContain(message)
      expect(await readdir(cwd)).toEqual([])
    },
  )

  it('takes names of exactly 64 characters', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode } = await runCli(
      ['ca', 'init', '--name', 'ü'.repeat(53), '--organization', '😀'.repeat(64)],
      { cwd },
    )
    expect(exitCode).toBe(0)
    const verified = await openssl('verify -x509_strict -CAfile ca/root.pem ca/chain.pem', cwd)
    expect(verified).toEqual({ exitCode: 0, output: 'ca/chain.pem: OK\n' })
  })

  it('offers every flag in its help', async ({ expect }) => {
    const { exitCode, stdout } = await runCli('ca init --help', { cwd: '/' })
    expect(exitCode).toBe(0)
    expect(stdout.match(/^ {2}--[a-z-]+/gm)?.map((flag) => flag.trim())).toEqual([
      '--out',
      '--root-key-out',
      '--encrypt-root-key',
      '--root-key-passphrase-file',
      '--name',
      '--organization',
      '--key-type',
      '--root-duration',
      '--intermediate-duration',
      '--path-length',
      '--extended-usage',
      '--permit-dns',
      '--exclude-dns',
      '--permit-ip',
      '--exclude-ip',
      '--permit-email',
      '--exclude-email',
      '--permit-uri',
      '--exclude-uri',
      '--help',
    ])
  })
})
