/**
 * `POST {publicUrl}/v1/clients/{client}/jwks`: a client's relay replaces the keys that sign its tokens.
 *
 * @module
 */
import { err, type JwksPushAnswer, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { type Jwks, jwksSchema } from '../../config/exports.ts'
import { askDirectory } from '../../directory/client.ts'
import { type AppEnv, addLogFields } from '../context.ts'
import { parseJson } from '../parse-json.ts'
import { answer, refuse, refuseForAll } from '../respond.ts'

/** Answers 200 with the keys that count now, or a refusal. */
export const pushJwks: Handler<AppEnv, '/:client'> = async (c) => {
  const { holder, evidence, tokenKeyId } = c.get('identity')
  if (c.req.param('client') !== holder.name) {
    return refuse(c, { code: 'path_unknown', detail: 'the path is not that of the client' })
  }
  if (tokenKeyId === undefined) return refuse(c, NOT_A_TOKEN)
  const body = c.get('body')
  const jwks = readJwks(body)
  if (!jwks.ok) return refuseForAll(c, { refusals: jwks.error })
  const asked = await askDirectory(c.env, async (directory) =>
    directory.pushKeys({
      name: holder.name,
      author: { admin: null, ...evidence, body },
      tokenKeyId,
      jwks: jwks.value,
    }),
  )
  if (!asked.ok) return refuseForAll(c, asked.error)
  const pushed = asked.value
  if (!pushed.ok) return refuse(c, pushed.error)
  const { keyIds, isChanged } = pushed.value
  addLogFields(c, { outcome: isChanged ? 'keys_replaced' : 'keys_unchanged' })
  return answer(c, 200, { keyIds: [...keyIds], isChanged } satisfies JwksPushAnswer)
}

const NOT_A_TOKEN: Refusal = {
  code: 'jwks_push_refused',
  detail: 'the request is signed with a registered key; expected one with a ServiceAccount token',
}

/** @returns `request_malformed` for each key that may not be there. */
function readJwks(body: Uint8Array): Result<Jwks, readonly Refusal[]> {
  const json = parseJson(body)
  if (!json.ok) return err([json.error])
  const parsed = jwksSchema.safeParse(json.value)
  if (parsed.success) return ok(parsed.data)
  return err(
    parsed.error.issues.map(({ path, message }) => {
      const field = path.map((part) => `/${String(part)}`).join('')
      const detail = `${field === '' ? 'the body' : field}: ${message}`
      return { code: 'request_malformed', field, detail }
    }),
  )
}
