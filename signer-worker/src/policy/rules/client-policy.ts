/**
 * What one client may request, compiled once for all of its requests.
 *
 * @module
 */
import {
  type GeneralName,
  type SubjectAttribute,
  subjectAttributeOid,
} from '@edge-issuer/shared/x509'
import { type BlockedKeys, NO_BLOCKED_KEYS } from '../key/blocked-keys.ts'
import { markAuthority } from '../names/uri.ts'
import type { Allowed, ClientRules, Constraints } from './client-rules.ts'
import { compilePatterns, inNamespace, type Patterns } from './pattern.ts'

/** One rule for values of one kind. */
export interface ValueRule {
  /** Its member in the client's entry: `allowed.dnsNames`. */
  readonly member: string
  readonly patterns: Patterns
}

/** Rules by the kind of value that they are for. */
export interface RuleTable<Kind extends string> {
  readonly byKind: ReadonlyMap<Kind, ValueRule>
  /** Kinds that a request must have a value of: usually none. */
  readonly required: readonly Kind[]
  /** Whether a pattern has `{namespace}`: usually none. */
  readonly hasNamespace: boolean
}

/** The member `allowed`. */
export interface AllowedRules {
  /** By {@link nameRuleKind}. */
  readonly names: RuleTable<string>
  /** By the object identifier of the attribute type. */
  readonly subject: RuleTable<string>
  readonly isCA: boolean
  readonly usages: readonly string[]
}

/** What one client may request. */
export interface ClientPolicy {
  /** `undefined` allows all that the profile allows. */
  readonly allowed: AllowedRules | undefined
  readonly constraints: Constraints
  /** `undefined` for every namespace. */
  readonly namespaces: Patterns | undefined
  /** The same for all clients. */
  readonly blockedKeys: BlockedKeys
}

/** What the rules of a name are found under: its kind, or the type of an other name. */
export const nameRuleKind = (name: GeneralName): string =>
  name.kind === 'otherName' ? name.typeId : name.kind

/** Compiles the rules of one client. */
export const compileClientPolicy = (
  { allowed, constraints = {}, selector }: ClientRules,
  blockedKeys: BlockedKeys = NO_BLOCKED_KEYS,
): ClientPolicy => ({
  allowed: allowed && {
    names: nameRules(allowed),
    subject: subjectRules(allowed),
    isCA: allowed.isCA ?? false,
    usages: allowed.usages ?? [],
  },
  constraints,
  namespaces: selector?.namespace && compilePatterns(selector.namespace.matchNames),
  blockedKeys,
})

/** The rules for requests of one namespace: those with `{namespace}` are filled in. */
export function clientPolicyIn(policy: ClientPolicy, namespace: string): ClientPolicy {
  const { allowed } = policy
  if (allowed === undefined || !(allowed.names.hasNamespace || allowed.subject.hasNamespace)) {
    return policy
  }
  const names = tableIn(allowed.names, namespace)
  const subject = tableIn(allowed.subject, namespace)
  return { ...policy, allowed: { ...allowed, names, subject } }
}

const tableIn = (table: RuleTable<string>, namespace: string): RuleTable<string> => ({
  ...table,
  byKind: new Map(
    [...table.byKind].map(([kind, { member, patterns }]) => [
      kind,
      { member, patterns: inNamespace(patterns, namespace) },
    ]),
  ),
})

/** A rule as the configuration has it, and where; one that is absent allows nothing. */
interface RuleEntry<Kind extends string> {
  readonly kind: Kind
  readonly member: string
  readonly rule:
    | {
        readonly value?: string | undefined
        readonly values?: readonly string[] | undefined
        readonly required?: boolean | undefined
      }
    | undefined
}

const nameRules = (allowed: Allowed): RuleTable<string> =>
  tableOf([
    { kind: 'dns', member: 'allowed.dnsNames', rule: allowed.dnsNames },
    { kind: 'ip', member: 'allowed.ipAddresses', rule: allowed.ipAddresses },
    { kind: 'uri', member: 'allowed.uris', rule: allowed.uris },
    { kind: 'email', member: 'allowed.emailAddresses', rule: allowed.emailAddresses },
    ...(allowed.otherNames ?? []).map((rule) => ({
      kind: rule.oid,
      member: `allowed.otherNames (${rule.oid})`,
      rule,
    })),
  ])

function subjectRules({ commonName, subject = {} }: Allowed): RuleTable<string> {
  const of = (
    type: SubjectAttribute,
    member: Exclude<keyof typeof subject, 'otherAttributes'>,
  ): RuleEntry<string> => ({
    kind: subjectAttributeOid(type),
    member: `allowed.subject.${member}`,
    rule: subject[member],
  })
  return tableOf([
    { kind: subjectAttributeOid('CN'), member: 'allowed.commonName', rule: commonName },
    of('O', 'organizations'),
    of('C', 'countries'),
    of('OU', 'organizationalUnits'),
    of('L', 'localities'),
    of('ST', 'provinces'),
    of('STREET', 'streetAddresses'),
    of('postalCode', 'postalCodes'),
    of('serialNumber', 'serialNumber'),
    ...(subject.otherAttributes ?? []).map((rule) => ({
      kind: rule.oid,
      member: `allowed.subject.otherAttributes (${rule.oid})`,
      rule,
    })),
  ])
}

/** How patterns and values are changed before they are compared, where they are. DNS: RFC 4343. */
const FOLDS: ReadonlyMap<string, (text: string) => string> = new Map([
  ['dns', (text: string) => text.toLowerCase()],
  ['uri', markAuthority],
])

function tableOf<Kind extends string>(entries: readonly RuleEntry<Kind>[]): RuleTable<Kind> {
  const byKind = new Map(
    entries.map(({ kind, member, rule = {} }): [Kind, ValueRule] => {
      const texts = rule.value === undefined ? (rule.values ?? []) : [rule.value]
      return [kind, { member, patterns: compilePatterns(texts, FOLDS.get(kind)) }]
    }),
  )
  const required = entries.filter(({ rule }) => rule?.required === true)
  return {
    byKind,
    required: required.map(({ kind }) => kind),
    hasNamespace: [...byKind.values()].some(({ patterns }) => patterns.templates.length > 0),
  }
}
