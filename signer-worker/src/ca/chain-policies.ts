/**
 * Which certificate policies a chain of CAs asks of the certificates below it (RFC 5280 §6.1).
 *
 * A simplification of valid_policy_tree to the set of policies that are valid below the issuing CA.
 * It differs from the tree where policies are mapped: what a mapped policy was called further up is
 * forgotten, which changes nothing for the certificates below.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  ANY_POLICY,
  type Certificate,
  equalBytes,
  type PolicyExtensions,
  readPolicyExtensions,
} from '@edge-issuer/shared/x509'

/** State of the path validation, and what has become of it after each certificate. */
interface PolicyState {
  /** `ANY_POLICY` among them means every policy. */
  readonly valid: ReadonlySet<string>
  /** How many certificates may follow before each begins to hold (RFC 5280 §6.1.2). */
  readonly explicitPolicy: number
  readonly policyMapping: number
  readonly anyPolicy: number
}

const INITIAL: PolicyState = {
  valid: new Set([ANY_POLICY]),
  explicitPolicy: Infinity,
  policyMapping: Infinity,
  anyPolicy: Infinity,
}

/** What is wrong with one certificate of a chain. */
export interface PolicyProblem {
  /** Of the certificate in the chain. */
  readonly index: number
  readonly message: string
}

/**
 * @param certificates - The issuing CA, then each one above it, the root last. The root is the trust
 *   anchor: its own policies count for nothing (RFC 5280 §6.1.1 (d)).
 * @returns The policies of which a certificate below must name one, {@link ANY_POLICY} for any of all;
 *   `undefined` when it need not name any. Or what is wrong with the chain.
 */
export function requiredPolicies(
  certificates: readonly Certificate[],
): Result<readonly string[] | undefined, PolicyProblem> {
  let state = INITIAL
  for (let index = certificates.length - 2; index >= 0; index -= 1) {
    const certificate = certificates[index]
    if (certificate === undefined) break
    const read = readPolicyExtensions(certificate.extensions.list)
    if (!read.ok) {
      const message = `has a policy extension that cannot be read: ${read.error.message}`
      return err({ index, message })
    }
    state = after(state, read.value, isSelfIssued(certificate))
    // One that is below counts down once more, also the last one (RFC 5280 §6.1.5 (a)).
    const isRequired = state.explicitPolicy === 0 || (index === 0 && state.explicitPolicy === 1)
    if (isRequired && state.valid.size === 0) return err({ index, message: NO_POLICY_LEFT })
  }
  return ok(state.explicitPolicy <= 1 ? [...state.valid] : undefined)
}

const NO_POLICY_LEFT =
  'leaves no certificate policy valid below it, where the chain requires an explicit one (requireExplicitPolicy): no verifier accepts a certificate of this chain'

const isSelfIssued = ({ issuer, subject }: Certificate): boolean =>
  equalBytes(issuer.raw, subject.raw)

function after(state: PolicyState, found: PolicyExtensions, selfIssued: boolean): PolicyState {
  const { policies = [], mappings = [] } = found
  const valid = mapped(intersect(state, policies, selfIssued), mappings, state.policyMapping > 0)
  const next = (count: number, stated = Infinity): number =>
    Math.min(selfIssued ? count : Math.max(0, count - 1), stated)
  return {
    valid,
    explicitPolicy: next(state.explicitPolicy, found.requireExplicitPolicy),
    policyMapping: next(state.policyMapping, found.inhibitPolicyMapping),
    anyPolicy: next(state.anyPolicy, found.inhibitAnyPolicy),
  }
}

/** RFC 5280 §6.1.3 (d) and (e): without certificatePolicies nothing is valid below. */
function intersect(
  { valid, anyPolicy }: PolicyState,
  policies: readonly string[],
  selfIssued: boolean,
): ReadonlySet<string> {
  const hasAny = policies.includes(ANY_POLICY) && (anyPolicy > 0 || selfIssued)
  if (hasAny) return new Set([...valid, ...(valid.has(ANY_POLICY) ? policies : [])])
  const named = policies.filter((policy) => policy !== ANY_POLICY)
  return new Set(named.filter((policy) => valid.has(policy) || valid.has(ANY_POLICY)))
}

/** RFC 5280 §6.1.4 (b). */
function mapped(
  valid: ReadonlySet<string>,
  mappings: PolicyExtensions['mappings'] & {},
  isAllowed: boolean,
): ReadonlySet<string> {
  const sources = new Set(mappings.map(({ from }) => from))
  const kept = [...valid].filter((policy) => !sources.has(policy))
  if (!isAllowed) return new Set(kept)
  const targets = mappings.filter(({ from }) => valid.has(from) || valid.has(ANY_POLICY))
  return new Set([...kept, ...targets.map(({ to }) => to)])
}
