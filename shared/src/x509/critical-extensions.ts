/**
 * Critical extensions that verifiers process. A certificate with any other critical extension is rejected
 * (RFC 5280 §4.2).
 *
 * @module
 */
import { EXTENSION_OID } from './oid.ts'

/** Critical extensions that OpenSSL, Go and Java all process in a CA certificate. */
export const CA_CRITICAL_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.certificatePolicies,
  EXTENSION_OID.cRLDistributionPoints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.inhibitAnyPolicy,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.policyConstraints,
  EXTENSION_OID.policyMappings,
  EXTENSION_OID.subjectAltName,
])

/** Extensions that the worker marks as critical in the certificates that it issues. */
export const ISSUED_CRITICAL_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.subjectAltName,
])
