/**
 * A Kubernetes CertificateSigningRequest as a message of the protocol.
 *
 * @module
 */
import { err, ok, type Result, type SignRequest } from '@edge-issuer/shared'
import {
  type CertificateSigningRequest,
  SIGNING_REQUEST_ANNOTATION,
} from '../api/certificate-signing-request.ts'
import { parseGoDuration } from './go-duration.ts'
import { sentGroups, signMessage } from './sign-message.ts'
import { DEFAULT_DURATION_SECONDS } from './sign-request.ts'

/** Kubernetes' least `spec.expirationSeconds`, which cert-manager holds the annotation to as well. */
const MIN_DURATION_SECONDS = 600

/** How requests are read. */
export interface SigningRequestRules {
  /**
   * Whether cert-manager's annotations count. Unlike the spec they can be changed after the approval, by
   * anyone who may update CertificateSigningRequests: a CA certificate could be made of an approved request.
   */
  readonly annotations: boolean
}

/**
 * The usages are as listed: Kubernetes and cert-manager spell them alike, and a CA gets no `cert sign`
 * that was not asked for (cert-manager pkg/util/pki/kube.go).
 *
 * @param profile - The issuer's profile; the worker's default for this client when absent.
 * @returns What is wrong with the request, see {@link signMessage}.
 */
export function signingToSignRequest(
  { metadata, spec }: CertificateSigningRequest,
  profile: string | undefined,
  rules: SigningRequestRules,
): Result<SignRequest, string> {
  const annotations = annotationsOf(metadata, rules)
  const duration = readDuration(annotations, spec.expirationSeconds)
  if (!duration.ok) return duration
  return signMessage(spec.request, {
    durationSeconds: duration.value,
    isCA: isCA(annotations),
    usages: spec.usages,
    profile,
    origin: {
      kind: 'CertificateSigningRequest',
      namespace: '',
      name: metadata.name,
      uid: metadata.uid,
      username: spec.username,
      groups: sentGroups(spec),
    },
  })
}

/** @returns What the request asks for; nothing for a CA, whose life is planned by hand, and for nonsense. */
export function signingRequestLifetimeMs(
  { metadata, spec }: CertificateSigningRequest,
  rules: SigningRequestRules,
): number | undefined {
  const annotations = annotationsOf(metadata, rules)
  const seconds = readDuration(annotations, spec.expirationSeconds)
  return seconds.ok && !isCA(annotations) ? seconds.value * 1_000 : undefined
}

type Annotations = CertificateSigningRequest['metadata']['annotations']

const annotationsOf = (
  { annotations }: CertificateSigningRequest['metadata'],
  rules: SigningRequestRules,
): Annotations => (rules.annotations ? annotations : {})

const isCA = (annotations: Annotations): boolean =>
  annotations[SIGNING_REQUEST_ANNOTATION.isCA] === 'true'

/**
 * The annotation can only shorten the field, which the approver saw and no one can change; whole seconds,
 * as X.509 has no fractions.
 */
function readDuration(
  annotations: Annotations,
  expirationSeconds: number | undefined,
): Result<number, string> {
  const name = SIGNING_REQUEST_ANNOTATION.duration
  const text = annotations[name]
  if (text === undefined) return ok(expirationSeconds ?? DEFAULT_DURATION_SECONDS)
  const seconds = Math.floor((parseGoDuration(text) ?? 0) / 1000)
  if (seconds >= MIN_DURATION_SECONDS) return ok(Math.min(seconds, expirationSeconds ?? seconds))
  const minimum = `${String(MIN_DURATION_SECONDS)}s`
  return err(
    `annotation ${name} is ${JSON.stringify(text)}, not a duration of at least ${minimum} such as 2160h`,
  )
}
