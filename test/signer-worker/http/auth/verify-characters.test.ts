import { IDEMPOTENCY_KEY_HEADER } from '@edge-issuer/shared'
import { it } from 'vitest'
import { codeOf, send } from '../../support/app.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { post, withBody, withHeaders } from '../../support/signed.ts'

const request = aSignRequest()
const body = JSON.stringify(request)

const withOtherCharacter = (text: string, index: number): string =>
  text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)

it.for(['signature-input', 'signature', 'content-digest', IDEMPOTENCY_KEY_HEADER] as const)(
  'every single changed character of %s is rejected',
  async (name, { expect }) => {
    const sent = post(request)
    const value = sent.headers.get(name) ?? ''
    const codes = new Set<unknown>()
    for (let index = 0; index < value.length; index += 1) {
      const changed = withOtherCharacter(value, index)
      codes.add(codeOf(await send(withHeaders(sent.clone(), { [name]: changed }))))
    }
    expect(codes).toEqual(new Set(['credentials_rejected']))
  },
)

it('every single changed character of the body is rejected', async ({ expect }) => {
  const sent = post(request)
  const codes = new Set<unknown>()
  for (let index = 0; index < body.length; index += 1) {
    codes.add(codeOf(await send(withBody(sent, withOtherCharacter(body, index)))))
  }
  expect(codes).toEqual(new Set(['credentials_rejected']))
})
