/**
 * Checks the document member by member, for the operator: an error hides no other one. Each member with an error is
 * replaced by a value that the schema accepts, so that everything else can be checked. The worker does not use this.
 *
 * @module
 */
import type * as z from 'zod/mini'
import { checkShape, CLIENTS_MOVED, type Shape } from './check-schema.ts'
import { type ConfigError, errorAt, schemaErrors } from './config-error.ts'
import { renamedMembers } from './renamed-members.ts'
import { type ConfigFile, configSchema } from './schema.ts'

/** Result of {@link checkMembers}. */
export interface MembersCheck {
  /** Like that of `checkShape`, with every error and, if it is an object at all, a document. */
  readonly shape: Shape
  /** Whether an error at this place may be due to a value that was replaced. */
  readonly isConsequence: (path: string) => boolean
}

const AUTHORITY = { state: 'retiring', chain: '' }

/** Valid values for required members, by the place of the member. Others are removed. */
const REPLACEMENTS: readonly (readonly [RegExp, unknown])[] = [
  [/^\/publicUrl$/, ''],
  [/^\/(issuers|profiles)$/, {}],
  [/^\/issuers\/[^/]+\/authorities$/, [AUTHORITY]],
  [/^\/issuers\/[^/]+\/authorities\/\d+$/, AUTHORITY],
  [/^\/issuers\/[^/]+\/authorities\/\d+\/state$/, AUTHORITY.state],
  [/^\/issuers\/[^/]+\/authorities\/\d+\/chain$/, AUTHORITY.chain],
  [/^\/issuers\/[^/]+\/profiles$/, ['x']],
  [/^\/issuers\/[^/]+\/profiles\/\d+$/, 'x'],
]

/** Replacements may show errors that others had hidden, such as those of members that depend on each other. */
const MAX_ROUNDS = 10

/** @param json - Any JSON value. */
export function checkMembers(json: unknown): MembersCheck {
  const first = checkShape(json)
  if (first.errors.length === 0 || !isObject(json) || Array.isArray(json)) {
    return { shape: first, isConsequence: () => false }
  }
  const document = structuredClone(json)
  const errors: ConfigError[] = [...correctOldNames(document)]
  const replaced = new Set<string>()
  let file: ConfigFile | undefined
  for (let round = 0; file === undefined && round < MAX_ROUNDS; round++) {
    const parsed = configSchema.safeParse(document)
    if (parsed.success) file = parsed.data
    else errors.push(...parsed.error.issues.flatMap((issue) => correct(document, issue, replaced)))
  }
  const profiles = Object.entries(file?.profiles ?? {}).filter(
    ([name]) => !errors.some(({ path }) => isWithin(path, errorAt(['profiles', name], '').path)),
  )
  return {
    shape: {
      file: file && { ...file, profiles: Object.fromEntries(profiles) },
      declared: first.declared,
      errors,
    },
    isConsequence: (path) => isConsequence(path, replaced),
  }
}

/** Removes clients, and gives renamed members their new names. */
function correctOldNames(document: object): readonly ConfigError[] {
  const hasClients = Reflect.get(document, 'clients') !== undefined
  Reflect.deleteProperty(document, 'clients')
  const renamed = renamedMembers(document)
  for (const { path, to, isValue } of renamed) {
    const [entry, member] = [valueAt(document, path.slice(0, -1)), path[2]]
    if (!isObject(entry)) continue
    const value: unknown = Reflect.get(entry, member)
    if (!isValue) Reflect.deleteProperty(entry, member)
    Reflect.set(entry, isValue ? member : to, isValue ? to : value)
  }
  return [
    ...(hasClients ? [errorAt(['clients'], CLIENTS_MOVED)] : []),
    ...renamed.map(({ path, message }) => errorAt(path, message)),
  ]
}

/** @returns The error of the issue; nothing if it is due to an earlier replacement. */
function correct(
  document: object,
  issue: z.core.$ZodIssue,
  replaced: Set<string>,
): readonly ConfigError[] {
  const errors = schemaErrors([issue])
  if (issue.code === 'unrecognized_keys') {
    const owner = valueAt(document, issue.path)
    for (const key of issue.keys) if (isObject(owner)) Reflect.deleteProperty(owner, key)
    return errors
  }
  const path = errorAt(issue.path, '').path
  const isKnown = issue.code !== 'custom' && [...replaced].some((one) => isWithin(one, path))
  // What was removed is required: the object that has it goes too.
  replace(document, isKnown ? issue.path.slice(0, -1) : issue.path)
  replaced.add(path)
  return isKnown ? [] : errors
}

function replace(document: object, path: readonly PropertyKey[]): void {
  const pointer = errorAt(path, '').path
  const owner = valueAt(document, path.slice(0, -1))
  const replacement = REPLACEMENTS.find(([pattern]) => pattern.test(pointer))
  if (replacement === undefined && Array.isArray(owner)) replace(document, path.slice(0, -1))
  else if (!isObject(owner) || path.length === 0) return
  else if (replacement === undefined) Reflect.deleteProperty(owner, path.at(-1) ?? '')
  else Reflect.set(owner, path.at(-1) ?? '', structuredClone(replacement[1]))
}

function isConsequence(path: string, replaced: ReadonlySet<string>): boolean {
  const hasState = (one: string): boolean =>
    path.endsWith('/authorities') &&
    isWithin(one, path) &&
    /^\/\d+(\/state)?$/.test(one.slice(path.length))
  const isReference = replaced.has('/profiles') && /^\/issuers\/[^/]+\/profiles\//.test(path)
  return isReference || [...replaced].some((one) => isWithin(path, one) || hasState(one))
}

/** Whether a JSON Pointer is another one, or leads into the value of that. */
const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}/`)

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((one, key) => (isObject(one) ? Reflect.get(one, key) : undefined), value)

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
