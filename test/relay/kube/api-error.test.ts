import { describe, it } from 'vitest'
import { thrownError, refusalError, statusError } from '../../../relay/src/kube/api-error.ts'

describe('refusalError', () => {
  it.for([
    [400, 'invalid'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'invalid'],
    [408, 'unavailable'],
    [409, 'conflict'],
    [410, 'gone'],
    [415, 'invalid'],
    [422, 'invalid'],
    [429, 'throttled'],
    [499, 'invalid'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [302, 'unavailable'],
  ] as const)('calls HTTP %i %s', ([status, kind], { expect }) => {
    expect(refusalError({ status, body: { message: 'no' } })).toEqual({
      kind,
      status,
      message: 'no',
    })
  })

  it.for([
    ['nothing', undefined],
    ['text', '<html>Bad Gateway</html>'],
    ['an object without a message', {}],
    ['an empty message', { message: '' }],
    ['a message that is not text', { message: 7 }],
  ] as const)('speaks for itself when the body is %s', ([, body], { expect }) => {
    expect(refusalError({ status: 502, body }).message).toBe('the API server answered HTTP 502')
  })

  it('makes one line of a message', ({ expect }) => {
    const body = { message: ' first\r\nsecond\u0000\u001b[31m\u2028third \u0085' }
    expect(refusalError({ status: 400, body }).message).toBe('first second [31m third')
  })

  it('cuts a message at 1,024 characters, and no character in two', ({ expect }) => {
    const whole = 'x'.repeat(1_024)
    expect(refusalError({ status: 400, body: { message: whole } }).message).toBe(whole)
    expect(refusalError({ status: 400, body: { message: `${whole}y` } }).message).toBe(whole)
    const astral = `${'x'.repeat(1_023)}\u{1f511}`
    const { message } = refusalError({ status: 400, body: { message: astral } })
    expect(message).toBe('x'.repeat(1_023))
  })

  it.for([
    ['the header', { retryAfter: '7' }, 7_000],
    ['the header before the body', { retryAfter: '0', body: details(3) }, 0],
    ['the body', { body: details(3) }, 3_000],
    ['the body when the header is a date', { retryAfter: 'Wed, 21 Oct', body: details(3) }, 3_000],
    ['the header, up to a minute', { retryAfter: '60' }, 60_000],
    ['the header, no more than a minute', { retryAfter: '86400' }, 60_000],
    ['the header, however long', { retryAfter: '9'.repeat(400) }, 60_000],
    ['the body, no more than a minute', { body: details(1e300) }, 60_000],
    ['the body, no less than nothing', { body: details(-1) }, 0],
    ['the body, no more than a minute', { body: details(1e12) }, 60_000],
    ['neither', { retryAfter: '-1' }, undefined],
    ['neither when the body is odd', { body: { details: 'soon' } }, undefined],
  ] as const)('takes Retry-After from %s', ([, part, wanted], { expect }) => {
    expect(refusalError({ status: 429, body: undefined, ...part }).retryAfterMs).toBe(wanted)
  })
})

describe('a namespace that ends', () => {
  const terminating = {
    message: 'unable to create new content in namespace web because it is being terminated',
    details: { name: 'x', kind: 'events', causes: [{ reason: 'NamespaceTerminating' }] },
  }
  it.for([
    ['is being deleted', 403, terminating, true],
    ['is gone', 404, { details: { name: 'web', kind: 'namespaces' } }, true],
    ['is not what is gone', 404, { details: { name: 'x', kind: 'events' } }, undefined],
    [
      'has nothing to do with a 403',
      403,
      { details: { causes: [{ reason: 'Other' }] } },
      undefined,
    ],
    ['is not to be seen', 403, { details: { causes: 'odd' } }, undefined],
    ['ends, as something else says', 500, terminating, undefined],
  ] as const)('%s', ([, status, body, want], { expect }) => {
    expect(refusalError({ status, body }).isNamespaceTerminating).toBe(want)
  })
})

describe('statusError', () => {
  it('reads the Status in a watch', ({ expect }) => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
    expect(statusError(status)).toEqual({ kind: 'gone', status: 410, message: 'too old' })
  })

  it('treats a body that is no Status as a server error', ({ expect }) => {
    expect(statusError('nonsense').kind).toBe('unavailable')
  })
})

describe('thrownError', () => {
  it('gives the message of an error', ({ expect }) => {
    const error = { kind: 'unavailable', message: 'connect ECONNREFUSED' }
    expect(thrownError(new Error('connect\nECONNREFUSED'))).toEqual(error)
  })

  it('gives the first of several addresses that failed', ({ expect }) => {
    const thrown = new AggregateError([new Error('over IPv6'), new Error('over IPv4')])
    expect(thrownError(thrown).message).toBe('over IPv6')
  })

  it('takes anything else as text', ({ expect }) => {
    expect(thrownError('stop').message).toBe('stop')
  })
})

function details(retryAfterSeconds: number): object {
  return { details: { retryAfterSeconds } }
}
