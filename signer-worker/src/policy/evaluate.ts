/**
 * All rules of the worker: from a request to the plan of a certificate, or to every violation. Pure: the time is a parameter, and the same request gives the same plan.
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
import { decideBasicConstraints } from './extensions/basic-constraints.ts'
import { decideCaConstraints } from './extensions/ca-name-constraints.ts'
import {
  ignoredExtensions,
  checkExtensions,
  keyIdentifier,
  planExtensions,
} from './extensions/extensions.ts'
import { checkBlockedKey } from './key/blocked-keys.ts'
import { checkKeyConstraints } from './key/key-constraints.ts'
import type { Violation } from './messages.ts'
import { checkNames } from './names/names.ts'
import { type ClientPolicy, clientPolicyIn } from './rules/client-policy.ts'
import { matchesAny } from './rules/pattern.ts'
import type { Profile } from './rules/profile.ts'
import { commonNameWarnings } from './subject/common-name.ts'
import { checkSubject, type NamedRequest, type SubjectRules } from './subject/subject.ts'
import { decideUsages, isGoodForServers } from './usages/usages.ts'
import { decideValidity, validityWarnings } from './validity/validity.ts'
import { found, toRefusal } from './violations.ts'

/** A request, and everything it is checked against. */
export interface Evaluation {
  readonly request: SignRequest
  readonly profile: Profile
  readonly client: ClientPolicy
  readonly ca: IssuingCa
  /** The clock, epoch ms. */
  readonly nowMs: number
}

/**
 * Evaluates a request.
 *
 * @returns The plan, or at least one refusal: one for a certification request that cannot be read, else
 *   one for each rule that is broken.
 */
export function evaluate(evaluation: Evaluation): Result<CertificatePlan, readonly Refusal[]> {
  const csr = readCsr(evaluation.request.csr, evaluation.profile)
  if (!csr.ok) return err([toRefusal(csr.error)])
  // Here and not where it is needed: cryptography and policy take the processor's caches from each other.
  const keyId = keyIdentifier(csr.value.publicKey.keyBytes)
  const plan = planCertificate(asApproved(csr.value, evaluation.request.origin), keyId, evaluation)
  return plan.ok ? plan : err(plan.error.map(toRefusal))
}

function planCertificate(
  csr: CertificationRequest,
  keyId: Uint8Array,
  { request, profile, client: everywhere, ca, nowMs }: Evaluation,
): Result<CertificatePlan, readonly Violation[]> {
  const { isCA, usages: asked, durationSeconds } = request
  const { values } = csr.extensions
  const client = clientPolicyIn(everywhere, request.origin.namespace)
  const names = values.subjectAltName ?? []
  const basicConstraints = decideBasicConstraints(
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
  const violations = found(
    checkNamespace(request.origin.namespace, client),
    checkBlockedKey(csr.publicKey, client.blockedKeys),
    ...checkKeyConstraints(csr.publicKey.key, client.constraints),
    ...checkSubject(named, subjectRules),
    ...checkNames(names, subjectRules),
    ...checkExtensions(csr, { isCA, profile }),
    ...(constraints.ok ? [] : constraints.error),
  )
  if (
    violations.length > 0 ||
    !basicConstraints.ok ||
    !usages.ok ||
    !validity.ok ||
    !constraints.ok
  ) {
    const decisions = [basicConstraints, usages, validity]
    // What kind of certificate it is comes first: its code is the one that the answer carries.
    return err([
      ...decisions.flatMap((decided) => (decided.ok ? [] : decided.error)),
      ...violations,
    ])
  }
  const extensions = planExtensions({
    csr,
    keyId,
    basicConstraints: basicConstraints.value,
    usages: usages.value,
    nameConstraints: constraints.value,
    profile,
    ca,
  })
  const tooLarge = checkSize(csr, extensions, ca)
  if (tooLarge !== undefined) return err([tooLarge])
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
): Violation | undefined {
  const fixed = REST_BYTES + subject.raw.length + publicKey.raw.length + ca.subject.length
  const bytes = extensions.reduce((sum, { value }) => sum + value.length, fixed)
  return bytes <= MAX_CERTIFICATE_BYTES
    ? undefined
    : {
        code: 'name_not_allowed',
        kind: 'certificate_too_large',
        field: 'subjectAltNames',
        actual: String(bytes),
        expected: [String(MAX_CERTIFICATE_BYTES)],
      }
}

const valueOf = ({ extensions }: CertificationRequest, oid: string): Uint8Array | undefined =>
  extensions.list.find((extension) => extension.oid === oid)?.value

const commonNames = ({ rdns }: Name): readonly string[] =>
  rdns
    .flat()
    .filter(({ type }) => type === 'CN')
    .map(({ value }) => value)

const checkNamespace = (namespace: string, { namespaces }: ClientPolicy): Violation | undefined =>
  namespaces === undefined || matchesAny(namespaces, namespace)
    ? undefined
    : {
        code: 'origin_not_allowed',
        kind: 'namespace',
        field: 'origin.namespace',
        actual: namespace,
        rule: 'selector.namespace.matchNames',
        expected: namespaces.texts,
      }
