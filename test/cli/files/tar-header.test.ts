import { describe, it } from 'vitest'
import { decodeHeader, encodeHeader } from '../../../cli/src/files/tar-header.ts'

const header = (fields: Partial<Parameters<typeof encodeHeader>[0]>): Buffer =>
  encodeHeader({ kind: 'file', name: 'a', mode: 0o600, bytes: 1, mtimeSeconds: 1, ...fields })

describe('header of a file in an archive', () => {
  it.for([
    { name: 'edge-issuer.json', bytes: 0 },
    { name: `ledger/CertificateIndex/${'0'.repeat(64)}.sqlite`, bytes: 0o77777777777 },
    { name: `ledger/${'C'.repeat(32)}/metadata.sqlite`, bytes: 0o77777777777 + 1 },
    { name: 'ledger/Ledger/metadata.sqlite', bytes: Number.MAX_SAFE_INTEGER },
  ])('is read as it was written: $name, $bytes bytes', (fields, { expect }) => {
    expect(decodeHeader(header(fields))).toEqual(fields)
  })

  it.for(['b'.repeat(100), `${'d'.repeat(155)}/b`])(
    'refuses a name that is too long',
    (name, { expect }) => {
      expect(() => header({ name })).toThrow('too long')
    },
  )

  it('is refused with any byte changed', ({ expect }) => {
    const whole = header({ name: 'ledger/Ledger/metadata.sqlite' })
    for (const at of whole.keys()) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(decodeHeader(changed), `byte ${String(at)}`).toBeUndefined()
    }
  })

  it.for(['1', '2', '5', 'L', 'x'])(
    'is refused for the type %s: a link, a folder, an extension',
    (type, { expect }) => {
      const changed = header({})
      const sum = Number.parseInt(changed.toString('latin1', 148, 154), 8)
      const difference = Buffer.from(type).readUInt8() - Buffer.from('0').readUInt8()
      changed.write(type, 156)
      changed.write((sum + difference).toString(8).padStart(6, '0'), 148)
      expect(decodeHeader(changed)).toBeUndefined()
    },
  )
})
