import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import type { KeyType } from '../../../cli/src/ca/key-type.ts'
import { mustOpenssl, openssl } from '../support/openssl.ts'
import { type Outcome, runCli, temporaryFolder } from '../support/run-cli.ts'

const NOW_MS = Date.UTC(2026, 0, 2)

interface Harness {
  readonly cwd: string
  readonly ca: (args: string | readonly string[]) => Promise<Outcome>
}

/** A folder with a CA, made by `ca init` with `flags`. */
async function setUp(context: Parameters<typeof temporaryFolder>[0], flags = ''): Promise<Harness> {
  const cwd = await temporaryFolder(context)
  const ca: Harness['ca'] = async (args) =>
    runCli(['ca', ...(typeof args === 'string' ? args.split(/\s+/) : args)], { cwd, nowMs: NOW_MS })
  await ca(`init ${flags}`.trim())
  return { cwd, ca }
}

/** Extensions of an issuing CA as openssl shows them, but for its key identifier. */
const limitsOf = async (folder: string, cwd: string): Promise<string> =>
  mustOpenssl(
    `x509 -in ${folder}/chain.pem -noout -ext basicConstraints,keyUsage,extendedKeyUsage,nameConstraints,authorityKeyIdentifier`,
    cwd,
  )

describe('ca renew', () => {
  it('makes a CA with the same limits under the same root, by another name and key', async ({
    expect,
    ...context
  }) => {
    const { cwd, ca } = await setUp(
      context,
      `--name Acme --organization Acme-Inc --path-length 1 --permit-dns acme.internal
       --exclude-ip 10.0.0.0/8 --extended-usage any`.replaceAll(/\s+/g, ' '),
    )
    const { exitCode, stdout } = await ca('renew --out ca-2')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('O=Acme-Inc, CN=Acme Issuing CA 2026-01-02, until 2028-01-01T23:58:59')
    expect(stdout).toContain('config rotate signer.config.json --add ca-2 --write')
    expect(stdout).not.toContain('PRIVATE KEY')

    expect(await limitsOf('ca-2', cwd)).toBe(await limitsOf('ca', cwd))
    expect(await limitsOf('ca', cwd)).toContain('DNS:acme.internal')
    const [root, sameRoot] = await Promise.all(
      ['ca', 'ca-2'].map(async (folder) => readFile(join(cwd, folder, 'root.pem'), 'utf8')),
    )
    expect(sameRoot).toBe(root)
    expect(await openssl('verify -x509_strict -CAfile ca/root.pem ca-2/chain.pem', cwd)).toEqual({
      exitCode: 0,
      output: 'ca-2/chain.pem: OK\n',
    })
    expect(await readFile(join(cwd, 'ca-2/issuing/ca.key'), 'utf8')).not.toBe(
      await readFile(join(cwd, 'ca/issuing/ca.key'), 'utf8'),
    )
  })

  it('reads an encrypted root key with its passphrase only', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const right = 'correct horse battery staple'
    await writeFile(join(cwd, 'right'), `${right}\n`)
    await writeFile(join(cwd, 'wrong'), 'incorrect horse battery')
    await runCli('ca init --root-key-passphrase-file right', { cwd })
    const renew = async (flags: string): ReturnType<typeof runCli> =>
      runCli(`ca renew --out ca-2${flags}`, { cwd })
    expect((await renew('')).stderr).toContain(
      '"ca/root/ca.key" is encrypted: cannot prompt for the passphrase without a terminal',
    )
    expect((await renew(' --root-key-passphrase-file wrong')).stderr).toContain(
      '"ca/root/ca.key": the key cannot be decrypted; the passphrase is wrong, or the file is damaged',
    )
    const stdin = Buffer.from(right)
    const { exitCode, stdout, stderr } = await runCli(
      'ca renew --out ca-2 --root-key-passphrase-file -',
      { cwd, stdin },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).not.toContain(right)
    expect((await openssl('verify -CAfile ca/root.pem ca-2/chain.pem', cwd)).exitCode).toBe(0)
  })

  it.for([
    ['PBKDF2', 'pkcs8 -topk8 -v2 aes-256-cbc -iter 5000 -passout pass:short'],
    ['scrypt', 'pkcs8 -topk8 -scrypt -passout pass:short'],
    ['SEC1 under a passphrase', 'ec -aes256 -passout pass:short'],
  ])('reads a root key that openssl encrypted: %s', async ([, command], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init', { cwd })
    await mustOpenssl(`${command} -in ca/root/ca.key -out root.key`, cwd)
    const renew = 'ca renew --root-key root.key --out ca-2'
    expect(await runCli(renew, { cwd, secrets: ['wrong'] })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('"root.key": the key cannot be decrypted'),
    })
    expect((await runCli(renew, { cwd, secrets: ['short'] })).exitCode).toBe(0)
  })

  it.for([
    ['ca/root.pem', '"ca/root.pem" has a certificate and no private key'],
    ['root.der', '"root.der" is a private key in DER; convert it: openssl pkey -inform DER'],
  ])('says what a root key in %s is', async ([path, want], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init', { cwd })
    await mustOpenssl('pkey -in ca/root/ca.key -outform DER -out root.der', cwd)
    const { exitCode, stderr } = await runCli(`ca renew --root-key ${path} --out ca-2`, { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`--root-key: ${want}`)
  })

  it('keeps the key for its owner, and makes no other', async ({ expect, ...context }) => {
    const { cwd, ca } = await setUp(context)
    await ca('renew --out ca-2')
    const found = await readdir(join(cwd, 'ca-2'), { recursive: true })
    expect(found.filter((name) => name.includes('.')).toSorted()).toEqual([
      'chain.pem',
      'issuing/ca.key',
      'root.pem',
    ])
    expect((await stat(join(cwd, 'ca-2/issuing/ca.key'))).mode & 0o777).toBe(0o600)
  })

  it('follows one that followed another, with one date in its name', async ({
    expect,
    ...context
  }) => {
    const { cwd, ca } = await setUp(context)
    await ca('renew --out ca-2')
    const { exitCode, stdout } = await runCli(
      'ca renew --ca ca-2 --root-key ca/root/ca.key --out ca-3',
      {
        cwd,
        nowMs: NOW_MS + 86_400_000,
      },
    )
    expect(exitCode).toBe(0)
    expect(stdout).toContain('CN=edge-issuer Issuing CA 2026-01-03, ')
  })

  it('takes name, key type and lifetime from flags', async ({ expect, ...context }) => {
    const { cwd, ca } = await setUp(context)
    await ca(['renew', '--out', 'b', '--name', 'Blue CA', '--key-type', 'p384', '--duration', '1y'])
    const shown = await mustOpenssl('x509 -in b/chain.pem -noout -text', cwd)
    expect(shown).toContain('Subject: CN = Blue CA')
    expect(shown).toContain('NIST CURVE: P-384')
    expect(shown).toContain('Not After : Jan  1 23:58:59 2027 GMT')
    expect(
      (await openssl('verify -x509_strict -CAfile ca/root.pem b/chain.pem', cwd)).exitCode,
    ).toBe(0)
  })

  it.for(['p384', 'p521', 'rsa3072', 'ed25519'] as const satisfies readonly KeyType[])(
    'makes a key of the same type: %s',
    async (keyType, { expect, ...context }) => {
      const { cwd, ca } = await setUp(context, `--key-type ${keyType}`)
      const { exitCode } = await ca('renew --out ca-2')
      expect(exitCode).toBe(0)
      const algorithms = async (folder: string): Promise<readonly string[]> => {
        const text = await mustOpenssl(`x509 -in ${folder}/chain.pem -noout -text`, cwd)
        return text.match(/(Public-Key|Public Key Algorithm|Signature Algorithm): .*/g) ?? []
      }
      expect(await algorithms('ca-2')).toEqual(await algorithms('ca'))
      const verified = await openssl('verify -x509_strict -CAfile ca/root.pem ca-2/chain.pem', cwd)
      expect(verified.exitCode).toBe(0)
    },
  )

  it('works under a root that other software made', async ({ expect, ...context }) => {
    const { cwd } = await setUp(context)
    await mustOpenssl(
      `req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650
       -subj /C=SE/O=Other/CN=Other-Root -keyout other.key -out other.pem`,
      cwd,
    )
    await writeFile(
      join(cwd, 'ca.ext'),
      'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n' +
        'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
    )
    await mustOpenssl(
      'req -new -newkey rsa:2048 -nodes -subj /CN=Old-CA -keyout old.key -out old.csr',
      cwd,
    )
    await mustOpenssl(
      'x509 -req -in old.csr -days 30 -extfile ca.ext -CA other.pem -CAkey other.key -out old.pem',
      cwd,
    )
    await mkdir(join(cwd, 'other'))
    const chain = await Promise.all(
      ['old.pem', 'other.pem'].map(async (file) => readFile(join(cwd, file), 'utf8')),
    )
    await writeFile(join(cwd, 'other/chain.pem'), chain.join(''))
    const args = 'ca renew --ca other --root-key other.key --out b --duration 30d'
    expect((await runCli(args, { cwd })).exitCode).toBe(0)
    const verified = await openssl('verify -CAfile other.pem b/chain.pem', cwd)
    expect(verified.output).toBe('b/chain.pem: OK\n')
    expect(await mustOpenssl('x509 -in b/chain.pem -noout -text', cwd)).toContain('(2048 bit)')
  })

  it.for([
    ['renew', 2, '--out: a value is required'],
    ['renew --out b --ca none', 1, '--ca: cannot read "none/chain.pem"'],
    ['renew --out b --root-key none', 1, '--root-key: cannot read "none"'],
    [
      'renew --out b --root-key ca/issuing/ca.key',
      1,
      'the private key does not belong to CN=edge-issuer Root CA',
    ],
    ['renew --out b --root-key ca/root.pem', 1, 'has a certificate and no private key'],
    [
      'renew --out b --duration 20y',
      1,
      'would outlive CN=edge-issuer Root CA, which expires at 2035',
    ],
    ['renew --out b --ca short', 1, 'the chain has one certificate'],
    ['renew --out b --ca broken', 1, 'the chain cannot be read'],
    ['renew --out ca', 1, '"ca/chain.pem" already exists'],
  ] as const)('%s is refused', async ([args, code, message], { expect, ...context }) => {
    const { cwd, ca } = await setUp(context)
    for (const folder of ['short', 'broken'])
      await cp(join(cwd, 'ca'), join(cwd, folder), { recursive: true })
    await rm(join(cwd, 'short/chain.pem'))
    await rename(join(cwd, 'short/root.pem'), join(cwd, 'short/chain.pem'))
    await writeFile(join(cwd, 'broken/chain.pem'), 'chain')
    const { exitCode, stdout, stderr } = await ca(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
    expect(await readdir(cwd)).not.toContain('b')
  })

  it('wants a name when the old one is too long for a date', async ({ expect, ...context }) => {
    const { cwd, ca } = await setUp(context, `--name ${'x'.repeat(53)}`)
    const { exitCode, stderr } = await ca('renew --out b')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('cannot derive a common name')
    expect(await readdir(cwd)).not.toContain('b')
  })
})
