import { type CsrOptions, makeCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { type Authority, toPem } from '@edge-issuer/testbed/pki/x509'
import { completeUsages, ok, type Refusal, type Result } from '../../shared/src/index.ts'
import type { PublishedUrls } from '../../signer-worker/src/ca/distribution-urls.ts'
import { issueCertificate } from '../../signer-worker/src/ca/issue.ts'
import { loadIssuingCa, loadIssuingKey } from '../../signer-worker/src/ca/issuing-ca.ts'
import { newSerialNumber } from '../../signer-worker/src/ca/serial.ts'
import type { CertificatePlan } from '../../signer-worker/src/model/certificate-plan.ts'
/** Certificates as the worker makes them, here in Node, for openssl and Node to check. */
import { evaluate } from '../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../signer-worker/src/policy/rules/client-policy.ts'
import { profileSchema } from '../../signer-worker/src/policy/rules/profile.ts'

/** What is asked for; what is not said is as cert-manager asks by default. */
export interface Asked {
  readonly csr?: CsrOptions
  readonly usages?: readonly string[]
  readonly isCA?: boolean
  readonly durationSeconds?: number
  /** Options of the profile, as in the configuration. */
  readonly profile?: Readonly<Record<string, unknown>>
  /** Where the CA publishes. */
  readonly urls?: PublishedUrls
}

const DAY_SECONDS = 86_400

/** What the worker makes of a request, here in Node. */
export interface InProcess {
  /** The certificate in PEM. */
  readonly pem: string
  readonly plan: CertificatePlan
}

/** A certificate in PEM, issued now. */
export function issued(authority: Authority, asked: Asked = {}): string {
  const result = issueCsr(authority, makeCsr(asked.csr), asked)
  if (!result.ok) throw new Error(result.error.map(({ detail }) => detail).join('; '))
  return result.value.pem
}

/** The same for a certification request that is there already, in DER. @returns It, or every refusal. */
export function issueCsr(
  authority: Authority,
  csr: Uint8Array,
  asked: Omit<Asked, 'csr'> = {},
): Result<InProcess, readonly Refusal[]> {
  const { isCA = false, usages = [], durationSeconds = 90 * DAY_SECONDS } = asked
  const ca = loadIssuingCa(authority.chainPem, asked.urls)
  if (!ca.ok) throw new Error(ca.error.join('; '))
  const key = loadIssuingKey(ca.value, authority.key.privateKeyPem)
  if (!key.ok) throw new Error(key.error)
  const plan = evaluate({
    request: {
      csr: Buffer.from(csr).toString('base64'),
      durationSeconds,
      isCA,
      usages: [...completeUsages(usages, isCA)],
      origin: { kind: 'CommandLine', namespace: '', name: 'a', uid: 'a', username: '', groups: [] },
    },
    profile: profileSchema.parse({ isCA, requireNameConstraints: false, ...asked.profile }),
    client: compileClientPolicy({}),
    ca: ca.value,
    nowMs: Date.now(),
  })
  if (!plan.ok) return plan
  const signing = { key: key.value, serialNumber: newSerialNumber(1) }
  const der = issueCertificate(plan.value, ca.value, signing)
  return ok({ pem: toPem('CERTIFICATE', der), plan: plan.value })
}

/** Verifies a certificate up to a root; fails with openssl's reason. */
export const opensslVerify = (
  pem: string,
  { root, ca }: { readonly root: Authority; readonly ca: Authority },
  options: readonly string[] = [],
): Promise<string> =>
  openssl(
    ['verify', '-x509_strict', '-CAfile', 'root', '-untrusted', 'chain', ...options, 'leaf.pem'],
    { root: root.pem, chain: ca.chainPem, 'leaf.pem': pem },
  )
