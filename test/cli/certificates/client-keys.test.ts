import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { keyIdOf } from '@edge-issuer/testbed/worker/signed-request'
import { describe, it, type TestContext } from 'vitest'
import { stringify } from 'yaml'
import { readClientKeys } from '../../../cli/src/certificates/client-keys.ts'
import { recordedIo, temporaryFolder } from '../support/run-cli.ts'

const one = makeKey('Ed25519')
const two = makeKey('Ed25519')
const pem = (key: typeof one): string => toPem('PUBLIC KEY', key.spki)
const entry = (...keys: readonly (typeof one)[]): object => ({
  keys: keys.map((key) => ({ publicKey: pem(key) })),
  issuers: ['default'],
})

type Context = Pick<TestContext, 'onTestFinished'>

/** Reads the keys of a folder with these files. */
async function read(
  files: Readonly<Record<string, unknown>>,
  paths: readonly string[],
  context: Context,
): Promise<unknown> {
  const cwd = await temporaryFolder(context)
  await mkdir(join(cwd, 'keys'))
  for (const [name, content] of Object.entries(files)) {
    await writeFile(
      join(cwd, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    )
  }
  const keys = await readClientKeys(paths, recordedIo({ cwd }).io)
  return keys.ok ? [...keys.value.keys].map(([keyId, { client }]) => [keyId, client]) : keys.error
}

describe('the keys of clients are read from', () => {
  it.for<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      'what clients export wrote',
      { 'c.yaml': stringify({ clients: { a: entry(one), b: entry(two) } }) },
      ['c.yaml'],
    ],
    [
      'files of client create',
      { 'a.json': { clients: { a: entry(one) } }, 'b.json': { clients: { b: entry(two) } } },
      ['a.json', 'b.json'],
    ],
    [
      'a client with two keys, and one without',
      { 'c.json': { clients: { a: entry(one), b: entry(two), c: entry() } } },
      ['c.json'],
    ],
    [
      'a directory',
      {
        'keys/a.yaml': stringify({ clients: { a: entry(one) } }),
        'keys/b.client.json': { clients: { b: entry(two) } },
        'keys/a.secret.yaml': 'private',
      },
      ['keys'],
    ],
    [
      'a file with a name, and PEM of the same key',
      {
        'a.pem': pem(one),
        'c.json': { clients: { a: entry(one), b: entry(two) } },
        'b.pem': pem(two),
      },
      ['a.pem', 'c.json', 'b.pem'],
    ],
  ])('%s', async ([, files, paths], { expect, ...context }) => {
    expect(await read(files, paths, context)).toEqual([
      [keyIdOf(one), 'a'],
      [keyIdOf(two), 'b'],
    ])
  })

  it('PEM, which does not say whose it is', async ({ expect, ...context }) => {
    expect(await read({ 'a.pem': pem(one) }, ['a.pem'], context)).toEqual([
      [keyIdOf(one), undefined],
    ])
  })
})

describe('is refused:', () => {
  it.for<[string, unknown, RegExp]>([
    ['a private key', one.privateKeyPem, /"f\.pem" is not an Ed25519 public key in PEM/],
    [
      'a key of another kind',
      toPem('PUBLIC KEY', makeKey('P-256').spki),
      /not an Ed25519 public key/,
    ],
    ['other JSON', { a: 1 }, /"f\.pem" is neither a public key in PEM, a JWK set nor/],
    [
      "a worker's configuration",
      { publicUrl: 'https://x', clients: { a: entry(one) } },
      /"f\.pem" is neither a public key in PEM, a JWK set nor/,
    ],
    ['text', 'not: [yaml', /"f\.pem" is neither a public key in PEM, a JWK set nor/],
    ['a file without clients', { clients: {} }, /"f\.pem" contains no client key/],
    [
      'a client with a key that is none',
      { clients: { a: { keys: [{ publicKey: 'x' }] } } },
      /contains an invalid key of client "a":/,
    ],
  ])('%s', async ([, content, message], { expect, ...context }) => {
    expect(await read({ 'f.pem': content }, ['f.pem'], context)).toMatch(message)
  })

  it.for([
    ['a file that is not there', 'nothing.json', /cannot read "nothing\.json"/],
    ['a directory without keys', 'keys', /"keys" contains no file \*\.json, \*\.yaml or \*\.pem/],
  ] as const)('%s', async ([, path, message], { expect, ...context }) => {
    expect(await read({}, [path], context)).toMatch(message)
  })
})
