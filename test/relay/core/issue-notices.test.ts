import { describe, it } from 'vitest'
import { withNotices } from '../../../relay/src/core/issue-notices.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'

const issued = CERTIFICATE_REQUESTS.issued()
const MESSAGE = 'Succeeded signing the CertificateRequest'

const many = (count: number, notice: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${notice} ${String(index + 1)}`)

const eventOf = (ignored: readonly string[], warnings: readonly string[]): string => {
  const { event } = withNotices(issued, { ignored: [...ignored], warnings: [...warnings] })
  return `${event.type} ${event.reason} ${event.action}: ${event.note ?? ''}`
}

describe('withNotices', () => {
  it('changes nothing where there is nothing to say', ({ expect }) => {
    expect(withNotices(issued, { ignored: [], warnings: [] })).toBe(issued)
  })

  it('never changes what the condition says', ({ expect }) => {
    const { event: _event, ...condition } = withNotices(issued, { ignored: ['a'], warnings: ['b'] })
    const { event: _plain, ...plain } = issued
    expect(condition).toEqual(plain)
  })

  it.for<[string, readonly string[], readonly string[], string]>([
    [
      'what is not certified',
      ['extension 1.2.3 is not certified', 'b'],
      [],
      `Normal Issued Synced: ${MESSAGE}. Ignored: extension 1.2.3 is not certified; b`,
    ],
    [
      'warnings first, as a warning',
      ['a'],
      ['Java refuses it; add a DNS name'],
      `Warning Issued Synced: ${MESSAGE}. Warnings: Java refuses it; add a DNS name. Ignored: a`,
    ],
    [
      'no line of its own for a name that a requester chose',
      ['a\nfake line\u{2028}x'],
      [],
      `Normal Issued Synced: ${MESSAGE}. Ignored: a fake line x`,
    ],
    [
      'how many there are besides',
      many(32, 'x'.repeat(180)),
      [],
      `Normal Issued Synced: ${MESSAGE}. Ignored: ${many(2, 'x'.repeat(180)).join('; ')} (and 30 more)`,
    ],
  ])('the Event has %s', ([, ignored, warnings, want], { expect }) => {
    expect(eventOf(ignored, warnings)).toBe(want)
  })

  it('the Event of a CertificateSigningRequest is alike', ({ expect }) => {
    const { event } = withNotices(CERTIFICATE_SIGNING_REQUESTS.issued(), {
      ignored: ['a'],
      warnings: [],
    })
    expect(event.note).toBe('Succeeded signing the CertificateSigningRequest. Ignored: a')
  })

  it.for(['x', 'é', '😀'])(
    'lists of the longest notices of %s fit into a note',
    (character, { expect }) => {
      const longest = character.repeat(512 / character.length)
      for (const adapter of [CERTIFICATE_REQUESTS, CERTIFICATE_SIGNING_REQUESTS]) {
        const lists = { ignored: [...many(32, longest)], warnings: [...many(32, longest)] }
        const { note = '' } = withNotices(adapter.issued(), lists).event
        expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024)
        expect(note).toContain('Warnings: ')
        expect(note).toContain('Ignored: ')
      }
    },
  )
})
