import { encodePem } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { unwrapCsr } from '../../../cli/src/worker/unwrap-csr.ts'

const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)
const PEM = encodePem('CERTIFICATE REQUEST', DER)
const OLD_PEM = PEM.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('a certification request in a file', () => {
  it.for([
    ['PEM', PEM],
    ['PEM with CRLF', PEM.replaceAll('\n', '\r\n')],
    ['PEM with the old label', OLD_PEM],
    ['PEM after the text that openssl prints', `Certificate Request:\n    Data:\n${PEM}`],
    ['PEM with something after it', `${PEM}\n-----BEGIN PRIVATE KEY-----\n`],
  ] as const)('is unwrapped: %s', ([, text], { expect }) => {
    expect(unwrapCsr(bytes(text))).toEqual({ ok: true, value: DER })
  })

  it.for([
    ['DER', DER],
    ['garbage', Uint8Array.of(0xff, 0x00, 0x01)],
    ['nothing', new Uint8Array()],
    ['a sequence that holds PEM text', Buffer.concat([DER, bytes(`\n${PEM}`)])],
    ['text', bytes('hello')],
  ] as const)('is passed on as it is: %s', ([, content], { expect }) => {
    const result = unwrapCsr(content)
    expect(result.ok ? Buffer.from(result.value) : result.error).toEqual(Buffer.from(content))
  })

  it.for([
    ['of a certificate', encodePem('CERTIFICATE', DER), 'holds a PEM block "CERTIFICATE"'],
    ['without an end', PEM.replace(/-----END.*/, ''), 'holds a PEM block "CERTIFICATE REQUEST"'],
    ['with two labels', PEM.replace('END ', 'END NEW '), 'holds a PEM block'],
    ['that is not base64', PEM.replace('MAMC', 'MA!C'), 'PEM block 1 is not base64'],
  ] as const)('in PEM %s is refused here', ([, text, reason], { expect }) => {
    const result = unwrapCsr(bytes(text))
    expect(result.ok ? undefined : result.error).toContain(reason)
  })
})
