import { uidSchema } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { uuidV7, uuidV7TimeMs } from '../../../cli/src/worker/uuid-v7.ts'

const NOW = Date.UTC(2026, 10, 30, 8)

describe('a UUID of version 7', () => {
  it('says when it was made, and is another one each time', ({ expect }) => {
    const uuid = uuidV7(NOW)
    expect(uuid).toMatch(/^01a22b77-c800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uidSchema.safeParse(uuid).success).toBe(true)
    expect(uuidV7TimeMs(uuid)).toBe(NOW)
    expect(uuidV7(NOW)).not.toBe(uuid)
  })

  it('is read as in appendix A.6 of RFC 9562', ({ expect }) => {
    expect(uuidV7TimeMs('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(1_645_557_742_000)
  })

  it.for([crypto.randomUUID(), 'u-1', '', '017f22e2-79b0-7cc3-18c4-dc0c0c07398f'])(
    'is not %j, which says no time',
    (text, { expect }) => {
      expect(uuidV7TimeMs(text)).toBeUndefined()
    },
  )
})
