import {
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type Problem,
  REQUEST_ID_HEADER,
} from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { z } from 'zod'
import { readResponse } from '../../../relay/src/signer/response.ts'

const READING = { schema: z.object({ a: z.literal(1) }), origin: 'https://ca.test', keyId: 'KEY' }

interface Given {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const read = ({ status = 200, headers = {}, body = '{"a":1}' }: Given): unknown => {
  const all: Readonly<Record<string, string>> = { [PROTOCOL_HEADER]: PROTOCOL_VERSION, ...headers }
  return readResponse({ status, header: (name) => all[name] ?? null, body }, READING)
}

/** As a proxy answers: without the protocol's header. */
const readStranger = (status: number): unknown =>
  readResponse({ status, header: () => null, body: '<html>' }, READING)

const problem = (fields: Partial<Problem>): string =>
  JSON.stringify({
    type: 'about:blank',
    title: 'T',
    status: 422,
    code: 'csr_malformed',
    class: 'permanent',
    detail: 'D',
    ...fields,
  })

const faultSchema = z.object({ error: z.object({ message: z.string() }) })

describe('readResponse', () => {
  it.for([200, 201])('gives the value of a %i', (status, { expect }) => {
    expect(read({ status })).toEqual({ ok: true, value: { value: { a: 1 } } })
  })

  it.for([
    ['01234567-89ab-cdef-0123-456789abcdef', { requestId: '01234567-89ab-cdef-0123-456789abcdef' }],
    ['not a UUID', {}],
  ] as const)('gives the request id %s with the value', ([id, want], { expect }) => {
    expect(read({ headers: { [REQUEST_ID_HEADER]: id } })).toEqual({
      ok: true,
      value: { value: { a: 1 }, ...want },
    })
  })

  it.for([
    { name: 'is not JSON', body: '<html>' },
    { name: 'is other JSON', body: '{"a":2}' },
    { name: 'is empty', body: '' },
  ])(
    'a good status whose body $name is temporary: the certificate may exist',
    ({ body }, { expect }) => {
      expect(read({ body })).toMatchObject({
        ok: false,
        error: { class: 'temporary', code: 'answer_malformed' },
      })
    },
  )

  const ID = '01234567-89ab-cdef-0123-456789abcdef'

  it.for([
    { name: 'a refusal', status: 422, body: problem({}) },
    { name: 'a body that is not what the protocol says', status: 200, body: '{"a":2}' },
    { name: 'a failure without a problem document', status: 500, body: '' },
  ])('names the request id of the worker with $name', ({ status, body }, { expect }) => {
    expect(read({ status, body, headers: { [REQUEST_ID_HEADER]: ID } })).toMatchObject({
      error: { requestId: ID, message: expect.stringMatching(new RegExp(`; request id ${ID}$`)) },
    })
  })

  it('keeps the request id behind the longest text', ({ expect }) => {
    const body = problem({ detail: 'x'.repeat(9_000) })
    const answer = read({ status: 422, body, headers: { [REQUEST_ID_HEADER]: ID } })
    const { message } = faultSchema.parse(answer).error
    expect(message.endsWith(`x; request id ${ID}`)).toBe(true)
  })

  it('names no request id that no worker makes', ({ expect }) => {
    const headers = { [REQUEST_ID_HEADER]: 'a b; ok' }
    const answer = read({ status: 422, body: problem({}), headers })
    expect(faultSchema.parse(answer).error.message).not.toContain('request id')
    const stranger = readResponse(
      { status: 502, header: (name) => (name === REQUEST_ID_HEADER ? ID : null), body: '' },
      READING,
    )
    expect(faultSchema.parse(stranger).error.message).not.toContain(ID)
  })

  it('takes the class of a known code from the table, not from the wire', ({ expect }) => {
    const body = problem({ code: 'csr_malformed', class: 'temporary' })
    expect(read({ status: 422, body })).toMatchObject({
      error: {
        class: 'permanent',
        code: 'csr_malformed',
        message: 'worker at https://ca.test refused (csr_malformed): D',
      },
    })
  })

  it('takes the class of a code that a newer worker added from the wire', ({ expect }) => {
    const body = problem({ code: 'moon_phase', class: 'issuer' })
    expect(read({ status: 422, body })).toMatchObject({
      error: { class: 'issuer', code: 'moon_phase' },
    })
  })

  it('shows what the worker says as one line that is not too long', ({ expect }) => {
    const body = problem({ detail: `a\r\n\u001B[31mb ${'x'.repeat(5_000)}` })
    const { message } = faultSchema.parse(read({ status: 422, body })).error
    expect(
      message.startsWith('worker at https://ca.test refused (csr_malformed): a [31mb xxx'),
    ).toBe(true)
    expect(message).toHaveLength(1_024)
  })

  it('names the key that was rejected, so that it can be compared', ({ expect }) => {
    const body = problem({ code: 'credentials_rejected', class: 'issuer' })
    expect(read({ status: 401, body })).toMatchObject({
      error: { class: 'issuer', message: expect.stringContaining('signed with key KEY') },
    })
  })

  it("tells the worker's clock when the clocks differ", ({ expect }) => {
    const body = problem({ code: 'clock_skew', serverTime: '2026-01-01T00:00:00Z' })
    expect(read({ status: 401, body })).toMatchObject({
      error: {
        class: 'issuer',
        message: expect.stringContaining('its clock says 2026-01-01T00:00:00Z'),
      },
    })
  })

  it.for([
    { name: 'of the header', headers: { 'retry-after': '7' }, fields: {}, want: 7_000 },
    {
      name: 'of the body, which is the worker’s own',
      headers: { 'retry-after': '7' },
      fields: { retryAfter: 9 },
      want: 9_000,
    },
    {
      name: 'up to ten minutes',
      headers: { 'retry-after': '600' },
      fields: {},
      want: 600_000,
    },
    {
      name: 'no longer than ten minutes',
      headers: { 'retry-after': '601' },
      fields: {},
      want: 600_000,
    },
    {
      name: 'however long its number is',
      headers: { 'retry-after': '9'.repeat(400) },
      fields: {},
      want: 600_000,
    },
    {
      name: 'of the body, no longer than ten minutes',
      headers: {},
      fields: { retryAfter: Number.MAX_SAFE_INTEGER },
      want: 600_000,
    },
    {
      name: 'that is no date',
      headers: { 'retry-after': 'Fri, 31 Dec 2999 23:59:59 GMT' },
      fields: {},
      want: undefined,
    },
    { name: 'that is no number', headers: { 'retry-after': 'soon' }, fields: {}, want: undefined },
  ])(
    'honours a Retry-After $name',
    { tags: ['AC-10'] },
    ({ headers, fields, want }, { expect }) => {
      const body = problem({ code: 'ledger_unavailable', ...fields })
      const answer = read({ status: 503, headers, body })
      expect(answer).toMatchObject({ error: { class: 'temporary' } })
      expect(answer).toHaveProperty('error', expect.not.objectContaining({ retryAfterMs: NaN }))
      if (want === undefined) expect(answer).not.toHaveProperty('error.retryAfterMs')
      else expect(answer).toHaveProperty('error.retryAfterMs', want)
    },
  )

  it.for([
    { headers: {}, want: 5_000 },
    { headers: { 'retry-after': '2' }, want: 2_000 },
    { headers: { 'retry-after': '86400' }, want: 600_000 },
  ])('a 202 is pending for $want ms', ({ headers, want }, { expect }) => {
    expect(read({ status: 202, headers })).toMatchObject({
      error: { class: 'pending', code: 'answer_pending', retryAfterMs: want },
    })
  })

  it('a version that cannot be spoken with names both, and is the operator’s turn', ({
    expect,
  }) => {
    expect(read({ headers: { [PROTOCOL_HEADER]: '2.0' } })).toMatchObject({
      error: {
        class: 'issuer',
        code: 'protocol_mismatch',
        message: expect.stringMatching(/version 2\.0 .* version 1\.3/),
      },
    })
  })

  it.for([400, 422, 500])('a %i without a problem document is temporary', (status, { expect }) => {
    expect(read({ status, body: 'oops' })).toMatchObject({ error: { class: 'temporary' } })
  })

  it.for([
    { status: 200, want: 'issuer' },
    { status: 302, want: 'issuer' },
    { status: 401, want: 'issuer' },
    { status: 403, want: 'issuer' },
    { status: 404, want: 'issuer' },
    { status: 422, want: 'issuer' },
    { status: 408, want: 'temporary' },
    { status: 425, want: 'temporary' },
    { status: 429, want: 'temporary' },
    { status: 500, want: 'temporary' },
    { status: 502, want: 'temporary' },
    { status: 503, want: 'temporary' },
  ])(
    'a $status of something that is no worker is $want, never permanent',
    ({ status, want }, { expect }) => {
      expect(readStranger(status)).toMatchObject({
        ok: false,
        error: { class: want, code: want === 'temporary' ? 'gateway_error' : 'answer_malformed' },
      })
    },
  )
})
