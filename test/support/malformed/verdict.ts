import { makeAuthority } from '@edge-issuer/testbed/pki/x509'
/**
 * Evaluates a certification request with the worker's policy, in Node and in workerd.
 * @module
 */
import { loadIssuingCa } from '../../../signer-worker/src/ca/issuing-ca.ts'
import type { IssuingCa } from '../../../signer-worker/src/model/issuing-ca.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { KNOWN_KEY_SHA256 } from '../known-key.ts'

/** `accepted`, or the code of each violation, with the parse error after a slash; and the first message. */
export interface Verdict {
  readonly verdict: string
  readonly words: string
}

let authority: IssuingCa | undefined

function theAuthority(): IssuingCa {
  const loaded = loadIssuingCa(makeAuthority().chainPem)
  if (!loaded.ok) throw new Error(loaded.error.join('; '))
  authority ??= loaded.value
  return authority
}

/** @param csr - DER, or the text of the message's member. */
export function evaluateCsr(csr: Uint8Array | string): Verdict {
  const evaluated = evaluate({
    request: {
      csr: typeof csr === 'string' ? csr : Buffer.from(csr).toString('base64'),
      durationSeconds: 3600,
      isCA: false,
      usages: ['digital signature', 'server auth'],
      origin: { kind: 'CommandLine', namespace: '', name: 'a', uid: 'a', username: '', groups: [] },
    },
    profile: profileSchema.parse({}),
    client: compileClientPolicy({}, new Set([KNOWN_KEY_SHA256])),
    ca: authority ?? theAuthority(),
    nowMs: Date.parse('2026-11-24T12:00:00Z'),
  })
  if (evaluated.ok) return { verdict: 'accepted', words: '' }
  const codes = evaluated.error.map(({ code, parseError }) =>
    parseError === undefined ? code : `${code}/${parseError}`,
  )
  return { verdict: codes.join(' '), words: evaluated.error[0]?.detail ?? '' }
}
