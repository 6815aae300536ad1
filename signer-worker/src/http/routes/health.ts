/**
 * `GET {publicUrl}/v1/issuers/{issuer}`: which CA, until when, and what this client may ask of it. An
 * admin sees every issuer with all of its profiles.
 *
 * @module
 */
import { type HealthAnswer, PROTOCOL_VERSION } from '@edge-issuer/shared'
import type { Handler } from 'hono'
import { checkIssuingCaAt } from '../../ca/issuing-ca.ts'
import { openProfiles } from '../../config/exports.ts'
import type { IssuingCa } from '../../model/issuing-ca.ts'
import { toRfc3339 } from '../../model/rfc3339.ts'
import { type AppEnv, addLogFields } from '../context.ts'
import { answer, refuse } from '../respond.ts'
import { misconfigured, authorizeIssuer } from './authorize.ts'

/**
 * Refuses with `issuer_unknown`; with `worker_misconfigured` when the issuer, or every profile that is
 * open to the caller, has an error; and with `issuer_expiring` when the CA that signs is not valid. The
 * other CAs are reported whatever their time is.
 *
 * @param nowMs - The clock, epoch ms.
 */
export function health(nowMs: () => number): Handler<AppEnv, '/:issuer'> {
  return function answerHealth(c) {
    const client = c.get('isAdmin') ? undefined : c.get('identity').holder
    const opened = authorizeIssuer(c.get('config'), { client, name: c.req.param('issuer') })
    if (!opened.ok) return refuse(c, opened.error)
    const issuer = opened.value
    addLogFields(c, { issuer: issuer.name })
    const open = client === undefined ? issuer.profiles : openProfiles(client, issuer)
    const profiles = open.filter((profile) => !issuer.brokenProfiles.has(profile))
    if (open.length > 0 && profiles.length === 0) {
      return refuse(c, misconfigured(`every profile of issuer "${issuer.name}"`))
    }
    const now = nowMs()
    const { ca } = issuer.active
    const valid = checkIssuingCaAt(ca, now)
    if (!valid.ok) {
      const detail = `${ca.subjectText}: ${valid.error}`
      return refuse(c, { code: 'issuer_expiring', detail })
    }
    addLogFields(c, { outcome: 'healthy' })
    return answer(c, 200, {
      issuer: issuer.name,
      ca: factsOf(ca),
      chain: ca.chainPem,
      authorities: issuer.authorities.map(({ state, ca: one }) => ({ state, ...factsOf(one) })),
      bundle: issuer.roots.join(''),
      profiles,
      serverTime: toRfc3339(now),
      protocolVersion: PROTOCOL_VERSION,
    })
  }
}

const factsOf = ({
  notAfterMs,
  serialNumber,
  sha256,
  subjectText,
}: IssuingCa): HealthAnswer['ca'] => ({
  subject: subjectText,
  serialNumber,
  notAfter: toRfc3339(notAfterMs),
  sha256,
})
