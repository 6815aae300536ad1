/** Files that are no PKCS#8 key, made by the programs that make them; and the commands that convert them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { describe, it, type TestContext } from 'vitest'
import { explainKeyFile } from '../../../cli/src/key-file/explain.ts'
import { INIT, NOW_MS, setUp } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

/** Runs a script of a shell; its standard input is the passphrase. */
async function shell(script: string, cwd: string): Promise<void> {
  const result = await runCommand({
    command: 'sh',
    args: ['-e', '-c', script],
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd },
  })
  if (result.code !== 0) throw new Error(`${script}: ${result.stderr}`)
}

/** How each form is made of the issuing key, and how it is called. */
const FORMS = [
  ['SEC1', 'openssl ec -in ca.key -out wrong.key', 'is an EC private key in SEC1 form'],
  [
    'SEC1 behind EC PARAMETERS',
    '(openssl ecparam -name prime256v1; openssl ec -in ca.key) > wrong.key',
    'begins with EC PARAMETERS',
  ],
  [
    'encrypted SEC1',
    'openssl ec -in ca.key -aes256 -passout pass:secret -out wrong.key',
    'in SEC1 form (BEGIN EC PRIVATE KEY), encrypted; openssl asks for the passphrase',
  ],
  [
    'encrypted PKCS#8',
    'openssl pkcs8 -topk8 -in ca.key -passout pass:secret -out wrong.key',
    'is an encrypted private key',
  ],
  ['DER', 'openssl pkey -in ca.key -outform DER -out wrong.key', 'is a private key in DER'],
  ['SEC1 in DER', 'openssl ec -in ca.key -outform DER -out wrong.key', 'is a private key in DER'],
  [
    'encrypted DER',
    'openssl pkcs8 -topk8 -in ca.key -passout pass:secret -outform DER -out wrong.key',
    'is an encrypted private key in DER',
  ],
  [
    'PKCS#12',
    'openssl pkcs12 -export -inkey ca.key -in chain.pem -passout pass:secret -out wrong.key',
    'is a PKCS#12 file',
  ],
  [
    'PEM with attributes',
    'openssl pkcs12 -export -inkey ca.key -in chain.pem -passout pass:secret | openssl pkcs12 -passin pass:secret -nocerts -nodes > wrong.key',
    'has text around the private key',
  ],
  [
    'a key before its chain',
    'cat ca.key chain.pem > wrong.key',
    'has a certificate, a certificate after the private key',
  ],
  [
    'a key behind its chain',
    'cat chain.pem ca.key > wrong.key',
    'the file must contain only the private key',
  ],
] as const

describe('config check explains and converts', () => {
  it.for(FORMS)('%s', { timeout: 60_000 }, async ([, make, said], { expect, ...context }) => {
    const { cwd } = await withConfig(context)
    await shell(make, cwd)
    const check = 'config check c.json --secret CA_KEY_DEFAULT='
    const wrong = await runCli(`${check}wrong.key`, { cwd, nowMs: NOW_MS })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.stderr).toContain(
      `"wrong.key" ${said}`.replace('"wrong.key" in', 'in').replace('"wrong.key" the', 'the'),
    )
    const [, command = ''] = /; convert it: (.*)\n/.exec(wrong.stderr) ?? []
    // openssl asks at the terminal; without one it takes the passphrase from an option.
    await shell(
      command
        .replaceAll(/openssl (pkey|pkcs8) (?!-out)/g, 'openssl $1 -passin pass:secret ')
        .replace('openssl pkcs12', 'openssl pkcs12 -passin pass:secret'),
      cwd,
    )
    const right = await runCli(`${check}wrong.pkcs8.key`, { cwd, nowMs: NOW_MS })
    expect(right).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('including its private keys'),
    })
  })
})

async function withConfig(
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<{ readonly cwd: string }> {
  const { cwd, config } = await setUp(context)
  await config(`${INIT} --out c.json`)
  await writeFile(join(cwd, 'ca.key'), await readFile(join(cwd, 'ca/issuing/ca.key')))
  await writeFile(join(cwd, 'chain.pem'), await readFile(join(cwd, 'ca/chain.pem')))
  return { cwd }
}

it('config init explains the key that is in the folder', async ({ expect, ...context }) => {
  const { cwd, config } = await setUp(context)
  await shell('openssl ec -in ca/issuing/ca.key -out sec1 && mv sec1 ca/issuing/ca.key', cwd)
  const { exitCode, stderr } = await config(INIT)
  expect(exitCode).toBe(1)
  expect(stderr).toContain(
    'openssl pkcs8 -topk8 -nocrypt -in ca/issuing/ca.key -out ca/issuing/ca.pkcs8.key',
  )
})

const pem = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`

it.for([
  ['nothing', '', 'is empty'],
  ['a public key', pem('PUBLIC KEY'), 'has a public key and no private key'],
  ['a certificate', pem('CERTIFICATE'), 'has a certificate and no private key'],
  ['a request', pem('NEW CERTIFICATE REQUEST'), 'has a certification request and no private key'],
  ['a list', pem('X509 CRL'), 'has a revocation list and no private key'],
  ['a bundle', pem('PKCS7'), 'has a PKCS#7 bundle and no private key'],
  ['something of PGP', pem('PGP MESSAGE'), 'has "PGP MESSAGE" and no private key'],
  ['RSA of PKCS#1', pem('RSA PRIVATE KEY'), 'is an RSA private key in PKCS#1 form'],
  ['DSA', pem('DSA PRIVATE KEY'), 'is a DSA private key, which the worker does not support'],
  ['OpenSSH', pem('OPENSSH PRIVATE KEY'), 'is a private key in OpenSSH format'],
  ['parameters alone', pem('EC PARAMETERS'), 'has only the parameters of an elliptic curve'],
  ['two keys', pem('PRIVATE KEY') + pem('PRIVATE KEY'), 'has a private key after the private key'],
  ['ssh-ed25519', 'ssh-ed25519 AAAA me@here\n', 'is an OpenSSH public key'],
  ['ecdsa-sha2', 'ecdsa-sha2-nistp256 AAAA me@here\n', 'is an OpenSSH public key'],
  ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\n', 'is a PuTTY private key'],
  ['age', 'AGE-SECRET-KEY-1QQQ\n', 'is an age file'],
  ['JWK', '{"kty":"EC","d":"hunter2"}', 'is a JSON Web Key'],
  ['JSON', '{"keys":[]}', 'is JSON'],
  ['words', 'hunter2', 'is not a private key'],
  ['JKS', Buffer.from('feedfeed00', 'hex'), 'is a Java key store'],
  ['UTF-16', Buffer.from('\uFEFF-----BEGIN', 'utf16le'), 'is UTF-16 text'],
  ['zeros', Buffer.alloc(64), 'is not a private key'],
] as const)('%s is called what it is, and not quoted', ([, content, said], { expect }) => {
  const text = explainKeyFile(Buffer.from(content), 'a.key')
  expect(text).toContain(said)
  expect(text).not.toContain('hunter2')
})

it('takes no offence at a key, with or without a byte order mark and space around it', ({
  expect,
}) => {
  for (const around of ['', '\n', '\uFEFF', '  \r\n']) {
    const content = Buffer.from(`${around}${pem('PRIVATE KEY')}${around}`)
    expect(explainKeyFile(content, 'a.key')).toBeUndefined()
  }
})

it('quotes a path for the shell', ({ expect }) => {
  const text = explainKeyFile(Buffer.from(pem('EC PRIVATE KEY')), "my keys/it's.pem")
  expect(text).toContain(String.raw`-in 'my keys/it'\''s.pem' -out 'my keys/it'\''s.pkcs8.key'`)
})
