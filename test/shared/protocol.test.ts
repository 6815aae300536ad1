import { checkProtocolVersion, PROTOCOL_VERSION } from '@edge-issuer/shared'
import { it } from 'vitest'

it.for([
  { theirs: PROTOCOL_VERSION, isSpoken: true },
  { theirs: '1.1', isSpoken: true },
  { theirs: '1.3', isSpoken: true },
  { theirs: '1.0', isSpoken: false },
  { theirs: '1.4', isSpoken: false },
  { theirs: '2.0', isSpoken: false },
  { theirs: '0.0', isSpoken: false },
  { theirs: '1', isSpoken: false },
  { theirs: '1.2 ', isSpoken: false },
  { theirs: '', isSpoken: false },
  { theirs: null, isSpoken: false },
])('version $theirs: $isSpoken', ({ theirs, isSpoken }, { expect }) => {
  expect(checkProtocolVersion(theirs).ok).toBe(isSpoken)
})

it('a mismatch names both versions', ({ expect }) => {
  expect(checkProtocolVersion('2.0')).toEqual({
    ok: false,
    error: `the other side speaks version 2.0 of the protocol, this side version ${PROTOCOL_VERSION}`,
  })
})
