import { USAGES } from '@edge-issuer/shared'
import { type CsrOptions, makeCsr } from '@edge-issuer/testbed/pki/csr'
import { type Authority, makeAuthority } from '@edge-issuer/testbed/pki/x509'
/** A request that every rule accepts, for a test to change the one thing it is about. */
import type { SignRequest } from '../../../../shared/src/index.ts'
import type { PublishedUrls } from '../../../../signer-worker/src/ca/distribution-urls.ts'
import { loadIssuingCa } from '../../../../signer-worker/src/ca/issuing-ca.ts'
import type { CertificatePlan } from '../../../../signer-worker/src/model/certificate-plan.ts'
import type { IssuingCa } from '../../../../signer-worker/src/model/issuing-ca.ts'
import { evaluate } from '../../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../../signer-worker/src/policy/rules/client-policy.ts'
import { clientRulesSchema } from '../../../../signer-worker/src/policy/rules/client-rules.ts'
import { profileSchema } from '../../../../signer-worker/src/policy/rules/profile.ts'

/** The worker's clock in these tests, epoch ms: not on a whole second. */
export const NOW_MS = Date.parse('2026-11-24T12:00:00.789Z')

/** What a test says; the rest is plain. */
export interface Case {
  readonly csr?: CsrOptions
  readonly request?: Partial<SignRequest>
  /** As in the configuration, so that defaults are set by the schema. */
  readonly profile?: Readonly<Record<string, unknown>>
  readonly client?: Readonly<Record<string, unknown>>
  readonly ca?: Authority
  /** Where the CA publishes. */
  readonly urls?: PublishedUrls
  readonly nowMs?: number
}

const ANY = { values: ['*'] }

/** The rules of a client that may ask for everything but what these say. */
export const allowing = (
  rules: Readonly<Record<string, unknown>>,
): { readonly allowed: Readonly<Record<string, unknown>> } => ({
  allowed: {
    commonName: { value: '*' },
    dnsNames: ANY,
    ipAddresses: ANY,
    uris: ANY,
    emailAddresses: ANY,
    isCA: true,
    usages: USAGES,
    subject: { organizations: ANY, organizationalUnits: ANY },
    ...rules,
  },
})

let plainAuthority: Authority | undefined

/** One CA for all tests of a file. */
export function theAuthority(): Authority {
  plainAuthority ??= makeAuthority()
  return plainAuthority
}

/** The facts of an authority of these tests. */
export function issuingCa(
  authority: Authority = theAuthority(),
  urls: PublishedUrls = {},
): IssuingCa {
  const ca = loadIssuingCa(authority.chainPem, urls)
  if (!ca.ok) throw new Error(ca.error.join('; '))
  return ca.value
}

/** @returns The plan, or the refusals. */
export const evaluateCase = (given: Case = {}): ReturnType<typeof evaluate> =>
  evaluate({
    request: {
      csr: Buffer.from(makeCsr(given.csr)).toString('base64'),
      durationSeconds: 3600,
      isCA: false,
      usages: ['digital signature'],
      origin: {
        kind: 'CertificateRequest',
        namespace: 'team-a',
        name: 'web-1',
        uid: 'b1946ac9',
        username: 'someone',
        groups: [],
      },
      ...given.request,
    },
    profile: profileSchema.parse(given.profile ?? {}),
    client: compileClientPolicy(clientRulesSchema.parse(given.client ?? {})),
    ca: issuingCa(given.ca, given.urls),
    nowMs: given.nowMs ?? NOW_MS,
  })

/** @returns The plan; or the refusals, each as `code: detail`. */
export function outcomeOf(given: Case = {}): CertificatePlan | readonly string[] {
  const evaluation = evaluateCase(given)
  return evaluation.ok
    ? evaluation.value
    : evaluation.error.map(({ code, detail }) => `${code}: ${detail}`)
}

/** The refusals, which there must be. */
export function refusals(given: Case): readonly string[] {
  const outcome = outcomeOf(given)
  if ('subject' in outcome) throw new Error('the request was accepted')
  return outcome
}

/** The plan, which there must be. */
export function plan(given: Case = {}): CertificatePlan {
  const outcome = outcomeOf(given)
  if ('subject' in outcome) return outcome
  throw new Error(`the request was refused: ${outcome.join('; ')}`)
}

/** An extension of a plan: `critical` and its value in hexadecimal. */
export function extensionOf(
  { extensions }: CertificatePlan,
  oid: string,
): { critical: boolean; value: string } | undefined {
  const found = extensions.find((extension) => extension.oid === oid)
  return found && { critical: found.critical, value: Buffer.from(found.value).toString('hex') }
}
