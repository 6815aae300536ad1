/**
 * From a plan to a certificate (RFC 5280 §4.1). Synchronous, so that looking up, signing and recording
 * can be one step of the ledger.
 *
 * @module
 */
import { sign } from 'node:crypto'
import { der, type Extension, toHex } from '@edge-issuer/shared/x509'
import type { CertificatePlan } from '../model/certificate-plan.ts'
import type { IssuingCa, Signing } from '../model/issuing-ca.ts'
import { lintTbsCertificate } from './lint/lint.ts'
import { assertMatchesPlan } from './verify-issued.ts'

/** version is v3. */
const VERSION = der.explicit(0, der.smallInteger(2))

/** For one TBSCertificate after the other: a new buffer for each adds 4 % to `codecMicros` (bench worker). */
const TBS_MEMORY = new Uint8Array(8192)

/** Field number of extensions in TBSCertificate. */
const EXTENSIONS = 3

/**
 * Builds a certificate, lints it, signs it, and compares it with the plan.
 *
 * @param plan - Made for this very `ca`: its key identifier, validity and constraints are in it.
 * @returns DER.
 * @throws When it violates RFC 5280, and then it was not signed; or when it is not what was planned: an
 *   error of the program, or of the machine.
 */
export function issueCertificate(
  plan: CertificatePlan,
  ca: IssuingCa,
  signing: Signing,
): Uint8Array {
  const { hash, identifier } = ca.signing
  const { key, serialNumber } = signing
  const tbs = der.encode(
    der.sequence(
      VERSION,
      der.positiveInteger(serialNumber),
      identifier,
      ca.subject,
      der.sequence(der.time(plan.notBeforeSeconds * 1000), der.time(plan.notAfterSeconds * 1000)),
      plan.subject,
      plan.spki,
      der.explicit(EXTENSIONS, der.sequence(...plan.extensions.map(extension))),
    ),
    TBS_MEMORY,
  )
  requireWithoutViolations(tbs, plan, signing)
  const signature = sign(hash, tbs, key.privateKey)
  const certificate = der.encode(der.sequence(tbs, identifier, der.bitString(signature)))
  assertMatchesPlan(certificate, { plan, ca, signing })
  return certificate
}

/** Of the violations of one certificate, and of its names. */
const MAX_LOGGED_VIOLATIONS = 8
const MAX_LOGGED_CHARACTERS = 1024

/** @throws With the violations and what the certificate is, for the log. */
function requireWithoutViolations(
  tbs: Uint8Array,
  { lintExceptions, names }: CertificatePlan,
  { serialNumber }: Signing,
): void {
  const all = lintTbsCertificate(tbs)
  if (all.length === 0) return
  const violations = all.filter(({ lint }) => !lintExceptions.includes(lint))
  if (violations.length === 0) return
  const found = violations
    .slice(0, MAX_LOGGED_VIOLATIONS)
    .map(({ lint, detail }) => `${lint} (${detail})`)
  const facts = JSON.stringify({ serialNumber: toHex(serialNumber), ...names })
  throw new Error(
    `the certificate violates RFC 5280 and was not signed: ${found.join(', ')}; ${facts.slice(0, MAX_LOGGED_CHARACTERS)}`,
  )
}

/** critical and its default FALSE: DER omits it. */
const extension = ({ oid, critical, value }: Extension): der.Element =>
  critical
    ? der.sequence(der.objectIdentifier(oid), der.boolean(true), der.octetString(value))
    : der.sequence(der.objectIdentifier(oid), der.octetString(value))
