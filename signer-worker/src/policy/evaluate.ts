/**
 * All rules of the worker: from a request to the plan of a certificate, or to every reason against
 * it. Pure: the time is a parameter, and the same request gives the same plan.
 *
 * @module
 */
import {
  asApproved,
  err,
  ok,
  type Refusal,
  type Result,
  type SignRequest,
} from '@edge-issuer/shared'
import {
  type CertificationRequest,
  type Extension,
  EXTENSION_OID,
  generalNameToText,
  MAX_CERTIFICATE_BYTES,
  type Name,
  nameToText,
} from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { IssuingCa } from '../model/issuing-ca.ts'
import { readCsr } from './csr/csr.ts'
import { decideAuthority } from './extensions/basic-constraints.ts'
import { decideCaConstraints } from './extensions/ca-name-constraints.ts'
import {
  ignoredExtensions,
  judgeExtensions,
  keyIdentifier,
  planExtensions,
} from './extensions/extensions.ts'
import { judgeBlockedKey } from './key/blocked-keys.ts'
import { judgeKey } from './key/key-constraints.ts'
import { judgeNames } from './names/names.ts'
import { joinRefusals } from './refusals.ts'
import { type ClientPolicy, clientPolicyIn } from './rules/client-policy.ts'
import { matchesAny } from './rules/pattern.ts'
import type { Profile } from './rules/profile.ts'
import { commonNameWarnings } from './subject/common-name.ts'
import { judgeSubject, type NamedRequest, type SubjectRules } from './subject/subject.ts'
import { quote, quoteList } from './text.ts'
import { decideUsages, isGoodForServers } from './usages/usages.ts'
import { decideValidity, validityWarnings } from './validity/validity.ts'

/** A request and all that it is judged by. */
export interface Evaluation {
  readonly request: SignRequest
  readonly profile: Profile
  readonly client: ClientPolicy
  readonly ca: IssuingCa
  /** The clock, epoch ms. */
  readonly nowMs: number
}

/**
 * Judges a request.
 *
 * @returns The plan, or at least one refusal. A fault of the certification request itself stands
 *   alone; faults against the rules are all there.
 */
export function evaluate(evaluation: Evaluation): Result<CertificatePlan, readonly Refusal[]> {
  const csr = readCsr(evaluation.request.csr, evaluation.profile)
  if (!csr.ok) return err([csr.error])
  // Here and not where it is wanted: cryptography and judging take the processor's caches from each other.
  const keyId = keyIdentifier(csr.value.publicKey.keyOctets)
  return judge(asApproved(csr.value, evaluation.request.origin), keyId, evaluation)
}

function judge(
  csr: CertificationRequest,
  keyId: Uint8Array,
  { request, profile, client: everywhere, ca, nowMs }: Evaluation,
): Result<CertificatePlan, readonly Refusal[]> {
  const { isCA, usages: asked, durationSeconds } = request
  const { values } = csr.extensions
  const client = clientPolicyIn(everywhere, request.origin.namespace)
  const names = values.subjectAltName ?? []
  const authority = decideAuthority(
    { isCA, usages: asked, asked: values.basicConstraints },
    { profile, client, issuerPathLength: ca.pathLength },
  )
  const usages = decideUsages(
    { usages: asked, isCA, key: csr.publicKey.key, asked: values },
    { profile, client, issuerUsages: ca.extKeyUsages },
  )
  const validity = decideValidity({ durationSeconds, nowMs }, { profile, client, issuer: ca })
  const constraints: ReturnType<typeof decideCaConstraints> =
    isCA && profile.isCA
      ? decideCaConstraints({
          asked: values.nameConstraints,
          askedValue: valueOf(csr, EXTENSION_OID.nameConstraints),
          profile,
          allowed: client.allowed,
          issuer: ca.nameConstraints,
        })
      : NO_CONSTRAINTS
  const subjectRules: SubjectRules = {
    profile,
    client,
    constraints: ca.nameConstraints,
    caSubjects: ca.subjects,
  }
  const named: NamedRequest = {
    subject: csr.subject,
    names,
    isCA,
    isForServers: !usages.ok || isGoodForServers(usages.value),
  }
  const refusals = joinRefusals(
    judgeNamespace(request.origin.namespace, client),
    judgeBlockedKey(csr.publicKey, client.blockedKeys),
    judgeKey(csr.publicKey.key, client.constraints),
    judgeSubject(named, subjectRules),
    judgeNames(names, subjectRules),
    judgeExtensions(csr, { isCA, profile }),
    constraints.ok ? [] : constraints.error,
  )
  if (refusals.length > 0 || !authority.ok || !usages.ok || !validity.ok || !constraints.ok) {
    const decisions = [authority, usages, validity]
    // What kind of certificate it is comes first: its code is the one that the answer carries.
    return err([...decisions.flatMap((decided) => (decided.ok ? [] : decided.error)), ...refusals])
  }
  const extensions = planExtensions({
    csr,
    keyId,
    authority: authority.value,
    usages: usages.value,
    nameConstraints: constraints.value,
    profile,
    ca,
  })
  const tooLarge = checkSize(csr, extensions, ca)
  if (tooLarge.length > 0) return err(tooLarge)
  return ok({
    notBeforeSeconds: validity.value.notBeforeSeconds,
    notAfterSeconds: validity.value.notAfterSeconds,
    clamped: validity.value.clamped,
    subject: csr.subject.raw,
    spki: csr.publicKey.raw,
    extensions,
    ignored: [...usages.value.ignored, ...ignoredExtensions(csr, { isCA })],
    warnings: [
      ...usages.value.warnings,
      ...validityWarnings(validity.value, durationSeconds),
      ...commonNameWarnings(named, ca.nameConstraints),
    ],
    lintExceptions: lintExceptions(profile),
    names: {
      subject: nameToText(csr.subject),
      commonNames: commonNames(csr.subject),
      subjectAltNames: names.map(generalNameToText),
    },
  })
}

/** Lints for what RFC 5280 does not allow and a profile may: §4.1.2.6, and CA certificates that sign nothing. */
const lintExceptions = ({ emptyCaSubject, requireCertSign }: Profile): readonly string[] => [
  ...(emptyCaSubject ? ['e_ca_subject_field_empty'] : []),
  ...(requireCertSign ? [] : ['e_ca_key_cert_sign_not_set']),
]

const NO_CONSTRAINTS = ok(undefined)

/** Most bytes of a certificate besides its names, key and values of extensions. */
const REST_BYTES = 1536

/** Refuses what would make a certificate that cert-manager, and the relay, do not read. */
function checkSize(
  { subject, publicKey }: CertificationRequest,
  extensions: readonly Extension[],
  ca: IssuingCa,
): readonly Refusal[] {
  let bytes = REST_BYTES + subject.raw.length + publicKey.raw.length + ca.subject.length
  for (const { value } of extensions) bytes += value.length
  if (bytes <= MAX_CERTIFICATE_BYTES) return []
  const detail = `the certificate would have about ${String(bytes)} bytes, which exceeds the maximum of ${String(MAX_CERTIFICATE_BYTES)} that cert-manager reads; split the names over several requests`
  return [{ code: 'name_not_allowed', detail }]
}

const valueOf = ({ extensions }: CertificationRequest, oid: string): Uint8Array | undefined =>
  extensions.list.find((extension) => extension.oid === oid)?.value

function commonNames({ rdns }: Name): readonly string[] {
  const names: string[] = []
  for (const rdn of rdns) {
    for (const { type, value } of rdn) if (type === 'CN') names.push(value)
  }
  return names
}

function judgeNamespace(namespace: string, { namespaces }: ClientPolicy): readonly Refusal[] {
  if (namespaces === undefined || matchesAny(namespaces, namespace)) return []
  const detail = `the namespace ${quote(namespace)} matches none of this client's selector.namespace.matchNames: ${quoteList(namespaces.texts)}; ask the CA's operator`
  return [{ code: 'origin_not_allowed', detail }]
}
