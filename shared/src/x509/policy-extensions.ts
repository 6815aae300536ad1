/**
 * The extensions of a CA certificate that say which certificate policies count below it (RFC 5280
 * §4.2.1.4, §4.2.1.5, §4.2.1.11 and §4.2.1.14).
 *
 * @module
 */
import { readDer } from '../der/read-der.ts'
import type { DerReader } from '../der/reader.ts'
import { contextPrimitive } from '../der/tag.ts'
import type { ParseError } from '../parse-error.ts'
import { ok, type Result } from '../result.ts'
import type { Extension } from './extension.ts'
import { EXTENSION_OID } from './oid.ts'

/** The policy that means every policy. */
export const ANY_POLICY = '2.5.29.32.0'

/** One mapping: what the issuer calls `from`, its subject calls `to`. */
export interface PolicyMapping {
  readonly from: string
  readonly to: string
}

/** Values of the policy extensions; a member is absent when its extension, or its field, is. */
export interface PolicyExtensions {
  /** Object identifiers. */
  readonly policies?: readonly string[]
  readonly mappings?: readonly PolicyMapping[]
  /** Each counts certificates below this one, after which it begins to hold. */
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
  readonly inhibitAnyPolicy?: number
}

/** Largest extension that is read, in octets. */
const MAX_EXTENSION_BYTES = 16_384

/** Most octets of a number of certificates. */
const MAX_COUNT_OCTETS = 3

const REQUIRE_EXPLICIT_POLICY = contextPrimitive(0)
const INHIBIT_POLICY_MAPPING = contextPrimitive(1)

const READERS: Readonly<Record<string, (input: DerReader) => PolicyExtensions>> = {
  [EXTENSION_OID.certificatePolicies]: (input) => ({
    policies: input.sequence('certificatePolicies').list((list, index) => {
      const information = list.sequence(index)
      const policy = information.objectIdentifier('policyIdentifier')
      // Qualifiers are for people.
      if (!information.isAtEnd()) information.sequence('policyQualifiers')
      information.end()
      return policy
    }),
  }),
  [EXTENSION_OID.policyMappings]: (input) => ({
    mappings: input.sequence('policyMappings').list((list, index) => {
      const mapping = list.sequence(index)
      const from = mapping.objectIdentifier('issuerDomainPolicy')
      const to = mapping.objectIdentifier('subjectDomainPolicy')
      mapping.end()
      return { from, to }
    }),
  }),
  [EXTENSION_OID.policyConstraints]: (input) => {
    const constraints = input.sequence('policyConstraints')
    const explicit = readCount(constraints, 'requireExplicitPolicy', REQUIRE_EXPLICIT_POLICY)
    const mapping = readCount(constraints, 'inhibitPolicyMapping', INHIBIT_POLICY_MAPPING)
    constraints.end()
    return {
      ...(explicit === undefined ? {} : { requireExplicitPolicy: explicit }),
      ...(mapping === undefined ? {} : { inhibitPolicyMapping: mapping }),
    }
  },
  [EXTENSION_OID.inhibitAnyPolicy]: (input) => ({
    inhibitAnyPolicy: input.smallInteger('inhibitAnyPolicy'),
  }),
}

/** @returns What the policy extensions among `extensions` say; or where one of them is malformed. */
export function readPolicyExtensions(
  extensions: readonly Extension[],
): Result<PolicyExtensions, ParseError> {
  const values: PolicyExtensions = {}
  for (const { oid, value } of extensions) {
    const read = Object.hasOwn(READERS, oid) ? READERS[oid] : undefined
    if (read === undefined) continue
    const found = readDer({ bytes: value, maxBytes: MAX_EXTENSION_BYTES }, read)
    if (!found.ok) return found
    Object.assign(values, found.value)
  }
  return ok(values)
}

/** SkipCerts under another identifier. */
function readCount(reader: DerReader, name: string, tag: number): number | undefined {
  if (reader.nextTag !== tag) return undefined
  const octets = reader.primitive(name, tag)
  if (octets.length === 0) throw reader.refusal(name, 'integer_empty')
  if ((octets[0] ?? 0) >= 0x80) throw reader.refusal(name, 'integer_negative')
  if (octets.length > MAX_COUNT_OCTETS) throw reader.refusal(name, 'integer_too_large')
  return octets.reduce((count, octet) => count * 256 + octet, 0)
}
