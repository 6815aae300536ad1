/**
 * PUT and DELETE, which cover their one precondition. No path here takes them, so one that is
 * authentic is refused for its method.
 */
import { ADMIN_CERTIFICATES_PATH, type SignedMessage } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { send } from '../../support/app.ts'
import { adminKeyOf } from '../../support/fixture.ts'
import { edit, signed, withHeaders } from '../../support/signed.ts'

const PATH = ADMIN_CERTIFICATES_PATH
const IF_MATCH = { header: 'if-match', value: '"7"' } as const
const CREATE = { header: 'if-none-match', value: '*' } as const

function request(method: 'PUT' | 'DELETE', precondition?: SignedMessage['precondition']): Request {
  return signed(
    { method, ...(precondition === undefined ? {} : { precondition }) },
    {
      key: adminKeyOf('admin'),
      path: PATH,
      ...(method === 'PUT' ? { body: '{}' } : {}),
    },
  )
}

function without(sent: Request, name: string): Request {
  const changed = new Request(sent)
  changed.headers.delete(name)
  return changed
}

it.for([
  ['PUT', IF_MATCH],
  ['PUT', CREATE],
  ['DELETE', IF_MATCH],
  ['DELETE', CREATE],
] as const)('%s with %o is authentic', async ([method, precondition], { expect }) => {
  const { status, body } = await send(request(method, precondition))
  expect({ status, body }).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
})

describe.for(['PUT', 'DELETE'] as const)('a %s', (method) => {
  it.for<[name: string, sent: () => Request, reason: string]>([
    ['without a precondition', () => request(method), 'precondition_malformed'],
    [
      'whose precondition was removed',
      () => without(request(method, IF_MATCH), 'if-match'),
      'precondition_malformed',
    ],
    [
      'with both preconditions',
      () => withHeaders(request(method, IF_MATCH), { 'if-none-match': '*' }),
      'precondition_malformed',
    ],
    [
      'with a list of entity tags',
      () => request(method, { header: 'if-match', value: '"7", "8"' }),
      'precondition_malformed',
    ],
    [
      'with a weak entity tag',
      () => request(method, { header: 'if-match', value: 'W/"7"' }),
      'precondition_malformed',
    ],
    [
      'with an entity tag that is not the signed one',
      () => withHeaders(request(method, IF_MATCH), { 'if-match': '"8"' }),
      'signature_invalid',
    ],
    [
      'with a precondition that is not covered',
      () => withHeaders(request(method), { 'if-match': '"7"' }),
      'signature_unreadable',
    ],
    [
      'with the other precondition than the signed one',
      () => withHeaders(without(request(method, IF_MATCH), 'if-match'), { 'if-none-match': '*' }),
      'signature_unreadable',
    ],
    [
      'with the other one named by the signature',
      () =>
        edit(
          withHeaders(without(request(method, IF_MATCH), 'if-match'), { 'if-none-match': '*' }),
          'signature-input',
          (value) => value.replace('"if-match"', '"if-none-match"'),
        ),
      'signature_invalid',
    ],
    [
      'signed as another method',
      () =>
        signed(
          { method, precondition: IF_MATCH },
          {
            key: adminKeyOf('admin'),
            path: PATH,
            message: { method: method === 'PUT' ? 'DELETE' : 'PUT' },
            ...(method === 'PUT' ? { body: '{}' } : {}),
          },
        ),
      'signature_invalid',
    ],
  ])('%s is rejected', async ([, sent, reason], { expect }) => {
    const { status, log } = await send(sent())
    expect(status).toBe(401)
    expect(log).toEqual([expect.objectContaining({ outcome: 'credentials_rejected', reason })])
  })
})
