/**
 * Checks the document against its schema, entry by entry: an error in one issuer, profile or admin
 * does not hide the errors of the others.
 *
 * @module
 */
import { type ConfigError, errorAt, schemaErrors } from './config-error.ts'
import { renamedMembers } from './renamed-members.ts'
import { type ConfigFile, configSchema } from './schema.ts'

const SECTIONS = ['issuers', 'profiles', 'admins'] as const
type Section = (typeof SECTIONS)[number]

/** What the schema says about a document. */
export interface Shape {
  /** The document without its faulty entries; `undefined` when more than entries is wrong. */
  readonly file: ConfigFile | undefined
  /** The names in each section, those of faulty entries included. */
  readonly declared: Readonly<Record<Section, ReadonlySet<string>>>
  readonly errors: readonly ConfigError[]
}

/** Before version 0.1.0 clients were part of the configuration. */
export const CLIENTS_MOVED =
  'clients are in the directory of the worker, not in its configuration; keep a copy of this file, remove "clients" ' +
  'from it, deploy, and run "edge-issuer clients apply --from-config COPY"'

/** @param json - Any JSON value. */
export function checkShape(json: unknown): Shape {
  const declared = {
    issuers: namesIn(json, 'issuers'),
    profiles: namesIn(json, 'profiles'),
    admins: namesIn(json, 'admins'),
  }
  if (memberOf(json, 'clients') !== undefined) {
    return { file: undefined, declared, errors: [errorAt(['clients'], CLIENTS_MOVED)] }
  }
  const renamed = renamedMembers(json)
  const current = withoutEntries(json, renamed)
  const errors = renamed.map(({ path, message }) => errorAt(path, message))
  const parsed = configSchema.safeParse(current)
  if (parsed.success) return { file: parsed.data, declared, errors }
  const { issues } = parsed.error
  const rest = issues.every(isInEntry)
    ? configSchema.safeParse(withoutEntries(current, issues))
    : undefined
  return { file: rest?.data, declared, errors: [...errors, ...schemaErrors(issues)] }
}

/** A place in the document. */
interface Located {
  readonly path: readonly PropertyKey[]
}

const isInEntry = ({ path }: Located): boolean =>
  path.length >= 2 && SECTIONS.some((section) => section === path[0])

function withoutEntries(json: unknown, located: readonly Located[]): unknown {
  if (located.length === 0) return json
  const copy = structuredClone(json)
  for (const { path } of located) {
    const [section = '', name = ''] = path
    const entries = memberOf(copy, section)
    if (isObject(entries)) Reflect.deleteProperty(entries, name)
  }
  return copy
}

function namesIn(json: unknown, section: Section): ReadonlySet<string> {
  const entries = memberOf(json, section)
  return new Set(isObject(entries) ? Object.keys(entries) : [])
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  isObject(value) ? Reflect.get(value, key) : undefined

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
