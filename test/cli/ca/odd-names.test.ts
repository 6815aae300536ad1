/** Issuing CAs and roots with names as old and foreign tools write them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ascii,
  attribute,
  ia5,
  makeAuthority,
  makeKey,
  octets,
  printable,
  seq,
  set,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { INIT, setUp } from '../support/config-harness.ts'

/** TeletexString, read as Latin-1. */
const t61 = (...values: readonly number[]): Uint8Array => tlv(0x14, octets(...values))
/** BMPString. */
const bmp = (text: string): Uint8Array =>
  tlv(0x1e, Uint8Array.from(Buffer.from(text, 'utf16le').swap16()))
const numeric = (text: string): Uint8Array => tlv(0x12, ascii(text))

const CN = attribute('CN', 'Odd')

describe('config init takes a CA and a root whose subject has', () => {
  it.for<[string, readonly Uint8Array[], string]>([
    [
      'a T61String',
      [attribute('O', t61(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72)), CN],
      'CN=Odd,O=Müller',
    ],
    ['a BMPString', [attribute('O', bmp('Ω AG')), CN], 'CN=Odd,O=Ω AG'],
    [
      'a NumericString',
      [attribute('serialNumber', numeric('12 34')), CN],
      'CN=Odd,serialNumber=12 34',
    ],
    ['an empty value', [attribute('OU', utf8('')), CN], 'CN=Odd,OU='],
    [
      'an emailAddress',
      [attribute('emailAddress', ia5('ca@acme.example')), CN],
      'emailAddress=ca@acme.example',
    ],
    [
      'characters that PrintableString lacks',
      [attribute('O', printable('A & B *')), CN],
      'CN=Odd,O=A & B *',
    ],
    ['a country of three letters', [attribute('C', printable('CHE')), CN], 'CN=Odd,C=CHE'],
    ['an attribute without a short name', [attribute('2.5.4.12', utf8('Dr.')), CN], 'Dr.'],
    ['a value of 200 characters', [attribute('O', utf8('x'.repeat(200))), CN], 'x'.repeat(200)],
  ])('%s', async ([, attributes, shown], { expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const subject = (name: string): Uint8Array =>
      seq(...attributes.map((one) => set(one)), set(attribute('OU', name)))
    const issuing = makeAuthority({
      key: makeKey('P-256'),
      subject: subject('Issuing'),
      issuer: makeAuthority({ subject: subject('Root') }),
    })
    await mkdir(join(cwd, 'odd/issuing'), { recursive: true })
    await writeFile(join(cwd, 'odd/chain.pem'), issuing.chainPem)
    await writeFile(join(cwd, 'odd/issuing/ca.key'), issuing.key.privateKeyPem)
    const init = await config(`${INIT.replace('--ca ca', '--ca odd')} --out s.json`)
    expect(init.stderr).not.toContain('fault:')
    expect(init.exitCode).toBe(0)
    const check = await config('check s.json --secret CA_KEY_DEFAULT=odd/issuing/ca.key')
    expect(check.exitCode).toBe(0)
    expect(check.stdout).toContain(shown)
  })
})
