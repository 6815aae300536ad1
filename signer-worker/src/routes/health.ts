/**
 * `GET {publicUrl}/v1/issuers/{issuer}`: which CA, until when, and what this client may ask of it.
 *
 * @module
 */
import { PROTOCOL_VERSION } from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { checkIssuingCaAt } from '../ca/issuing-ca.ts'
import { openProfiles } from '../config/index.ts'
import { type AppEnv, note } from '../context.ts'
import { answer, refuse } from '../respond.ts'
import { toRfc3339 } from '../rfc3339.ts'
import { openIssuer } from './open.ts'

/**
 * Refuses with `issuer_unknown` or `issuer_expiring`.
 *
 * @param nowMs - The clock, epoch ms.
 */
export function health(nowMs: () => number): Handler<AppEnv, '/:issuer'> {
  return function answerHealth(c) {
    const { holder: client } = c.get('identity')
    const opened = openIssuer(c.get('config'), { client, name: c.req.param('issuer') })
    if (!opened.ok) return refuse(c, opened.error)
    const issuer = opened.value
    note(c, { issuer: issuer.name })
    const now = nowMs()
    const { ca } = issuer
    const valid = checkIssuingCaAt(ca, now)
    if (!valid.ok) {
      const detail = `${ca.subjectText}: ${valid.error}`
      return refuse(c, { code: 'issuer_expiring', detail })
    }
    note(c, { outcome: 'healthy' })
    return answer(c, 200, {
      issuer: issuer.name,
      ca: {
        subject: ca.subjectText,
        serialNumber: ca.serialNumber,
        notAfter: toRfc3339(ca.notAfterMs),
        sha256: ca.sha256,
      },
      chain: ca.chainPem,
      authorities: [
        {
          state: 'active',
          subject: ca.subjectText,
          serialNumber: ca.serialNumber,
          notAfter: toRfc3339(ca.notAfterMs),
          sha256: ca.sha256,
        },
      ],
      bundle: ca.rootPem,
      profiles: [...openProfiles(client, issuer)],
      serverTime: toRfc3339(now),
      protocolVersion: PROTOCOL_VERSION,
    })
  }
}
