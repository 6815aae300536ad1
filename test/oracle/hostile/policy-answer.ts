import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey } from '@edge-issuer/testbed/pki/x509'
/**
 * What the worker's policy answers to a request of these tables: the functions that the worker calls,
 * with rules that are read as the configuration is.
 * @module
 */
import type { Refusal, Result } from '../../../shared/src/index.ts'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { loadIssuingCa, loadIssuingKey } from '../../../signer-worker/src/ca/issuing-ca.ts'
import { newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import type { CertificatePlan } from '../../../signer-worker/src/model/certificate-plan.ts'
import type { IssuingCa } from '../../../signer-worker/src/model/issuing-ca.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import { clientRulesSchema } from '../../../signer-worker/src/policy/rules/client-rules.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import type { Presented } from '../verifiers/verifier.ts'
import { AUTHORITIES, ROOT } from './authorities.ts'
import { CLIENTS } from './clients.ts'
import type { HostileRequest } from './hostile-request.ts'
import { SERVER_USAGES } from './words.ts'

const HOUR_SECONDS = 3600

/** What the policy is asked: a row without what only matters to a refusal. */
export type PolicyRequest = Omit<
  HostileRequest,
  'title' | 'code' | 'also' | 'certificate' | 'proof'
>

/** @returns The refusals; none when the request is signed. */
export function policyAnswer(request: PolicyRequest): readonly Refusal[] {
  const { plan } = planFor(request)
  return plan.ok ? [] : plan.error
}

/**
 * The certificate that the worker issues.
 * @throws Error with every refusal
 */
export function issueByPolicy(request: PolicyRequest): Presented {
  const { plan, ca } = planFor(request)
  const authority = AUTHORITIES[request.ca]
  if (!plan.ok) throw new Error(plan.error.map(({ detail }) => detail).join('; '))
  const key = loadIssuingKey(ca, authority.key.privateKeyPem)
  if (!key.ok) throw new Error(key.error)
  return {
    certificate: issueCertificate(plan.value, ca, {
      key: key.value,
      serialNumber: newSerialNumber(1),
    }),
    intermediates: [authority.der],
    root: ROOT.der,
    key: request.csr.key ?? aKey(),
  }
}

function planFor(request: PolicyRequest): {
  readonly plan: Result<CertificatePlan, readonly Refusal[]>
  readonly ca: IssuingCa
} {
  const ca = loadIssuingCa(AUTHORITIES[request.ca].chainPem)
  if (!ca.ok) throw new Error(ca.error.join('; '))
  const { isCA = false, usages = SERVER_USAGES } = request
  const plan = evaluate({
    request: {
      csr: Buffer.from(request.der ?? makeCsr(request.csr)).toString('base64'),
      durationSeconds: HOUR_SECONDS,
      isCA,
      usages: [...usages],
      origin: {
        kind: 'CertificateRequest',
        namespace: 'team-a',
        name: 'web-1',
        uid: 'b1946ac9',
        username: 'someone',
        groups: [],
        ...request.origin,
      },
    },
    profile: profileSchema.parse({ isCA, requireNameConstraints: false, ...request.profile }),
    client: compileClientPolicy(clientRulesSchema.parse(CLIENTS[request.client])),
    ca: ca.value,
    nowMs: Date.now(),
  })
  return { plan, ca: ca.value }
}
