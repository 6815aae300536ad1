import { checkProtocolVersion, isOlderProtocol, PROTOCOL_VERSION } from '@edge-issuer/shared'
import { it } from 'vitest'

it.for([
  { theirs: PROTOCOL_VERSION, isSpoken: true },
  { theirs: '1.2', isSpoken: true },
  { theirs: '1.4', isSpoken: true },
  { theirs: '1.1', isSpoken: false },
  { theirs: '1.5', isSpoken: false },
  { theirs: '2.0', isSpoken: false },
  { theirs: '0.0', isSpoken: false },
  { theirs: '1', isSpoken: false },
  { theirs: '1.3 ', isSpoken: false },
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

it.for([
  { theirs: '1.2', isOlder: true },
  { theirs: '1.0', isOlder: true },
  { theirs: PROTOCOL_VERSION, isOlder: false },
  { theirs: '1.10', isOlder: false },
  { theirs: '0.9', isOlder: false },
  { theirs: '2.0', isOlder: false },
  { theirs: 'new', isOlder: false },
  { theirs: null, isOlder: false },
])('version $theirs is older: $isOlder', ({ theirs, isOlder }, { expect }) => {
  expect(isOlderProtocol(theirs)).toBe(isOlder)
})
