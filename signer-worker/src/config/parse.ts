/**
 * From the text of `signer.config.json` to a configuration that can be trusted, or every error in it.
 *
 * Runs in workerd and in Node: the worker keeps entries with an error out of service, `edge-issuer
 * config check` shows every error before it is deployed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { checkMembers } from './check-members.ts'
import { checkShape, type Shape } from './check-schema.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Admin, RegisteredKey, SignerConfig } from './config.ts'
import { buildIssuer } from './issuers.ts'
import { readPublicUrl } from './public-url.ts'
import { type Holding, registerKeys } from './registered-keys.ts'

/** Gives the text of a Worker secret; `undefined` when there is none. */
export type ReadSecret = (name: string) => string | undefined

/**
 * Everything that is wrong at `nowMs`, an expired CA included: for the operator, before deploying.
 *
 * @param nowMs - Epoch ms.
 * @returns A configuration without an error, or every error.
 */
export function parseConfig(
  text: string,
  readSecret: ReadSecret,
  nowMs: number,
): Result<SignerConfig, readonly ConfigError[]> {
  const json = parseJson(text)
  if (!json.ok) return err(json.error)
  const { shape, isConsequence } = checkMembers(json.value)
  const built = build(shape, { readSecret, nowMs })
  const found = built.ok ? built.value.errors : built.error
  const errors = found.filter((error) => shape.errors.includes(error) || !isConsequence(error.path))
  return errors.length > 0 ? err(errors) : built
}

/**
 * For the worker: an error in one entry takes that entry out of service and no other one. The clock is
 * not asked: a CA that expires is found at each use of its issuer (`issuer_expiring`).
 *
 * @returns A configuration with its errors; or the errors of a document that is of no use at all.
 */
export function loadConfig(
  text: string,
  readSecret: ReadSecret,
): Result<SignerConfig, readonly ConfigError[]> {
  const json = parseJson(text)
  return json.ok ? build(checkShape(json.value), { readSecret, nowMs: undefined }) : err(json.error)
}

interface Surroundings {
  readonly readSecret: ReadSecret
  readonly nowMs: number | undefined
}

function build(
  shape: Shape,
  surroundings: Surroundings,
): Result<SignerConfig, readonly ConfigError[]> {
  if (shape.file === undefined) return err(shape.errors)

  const { file, declared } = shape
  const publicUrl = readPublicUrl(file.publicUrl)
  const issuers = Object.entries(file.issuers).map(([name, entry]) =>
    buildIssuer(name, entry, {
      profiles: file.profiles,
      profileNames: declared.profiles,
      ...surroundings,
    }),
  )
  const clientSurroundings = {
    issuerNames: declared.issuers,
    profileNames: declared.profiles,
    issuers: file.issuers,
    blockedKeys: new Set(file.blockedKeys),
    discoveryHosts: file.discoveryHosts ?? [],
  }
  const admins = registerKeys(
    Object.entries(file.admins ?? {}).map(([name, { role, keys }]): Holding<Admin> => ({
      holder: { name, role },
      at: ['admins', name],
      keys,
    })),
  )
  const documentErrors = [
    ...(publicUrl.ok ? [] : [errorAt(['publicUrl'], publicUrl.error)]),
    ...checkSections(declared),
  ]
  const errors = [
    ...shape.errors,
    ...documentErrors,
    ...issuers.flatMap((built) => built.errors),
    ...admins.errors,
  ]
  if (documentErrors.length > 0 || !publicUrl.ok) return err(errors)
  const working = new Map(
    issuers.flatMap(({ issuer }) => (issuer === undefined ? [] : [[issuer.name, issuer]])),
  )
  return ok(
    Object.freeze({
      publicUrl: publicUrl.value,
      jurisdiction: file.jurisdiction,
      retention: file.retention,
      issuers: working,
      brokenIssuers: new Set([...declared.issuers].filter((name) => !working.has(name))),
      profiles: new Map(Object.entries(file.profiles)),
      clientSurroundings,
      adminKeys: usableKeys(admins.keys, admins.repeated, brokenAdmins(errors)),
      errors,
    }),
  )
}

/** The names of the admins in whose entries the errors are. */
const brokenAdmins = (errors: readonly ConfigError[]): ReadonlySet<string> =>
  new Set(
    errors.flatMap(({ path }) => {
      const [, section, name] = path.split('/')
      return section === 'admins' && name !== undefined ? [name] : []
    }),
  )

/** A key with two holders would not say who asks; the rules of an entry with an error are not those that were meant. */
const usableKeys = (
  keys: ReadonlyMap<string, RegisteredKey<Admin>>,
  repeated: ReadonlySet<string>,
  broken: ReadonlySet<string>,
): ReadonlyMap<string, RegisteredKey<Admin>> =>
  new Map(
    [...keys].filter(([keyId, { holder }]) => !repeated.has(keyId) && !broken.has(holder.name)),
  )

/** Without an issuer and a profile the worker could sign nothing. */
const checkSections = (declared: Shape['declared']): readonly ConfigError[] =>
  (['issuers', 'profiles'] as const)
    .filter((section) => declared[section].size === 0)
    .map((section) => errorAt([section], 'is empty'))

/** A byte order mark, which some editors write, may precede JSON text (RFC 8259 §8.1); a text module keeps it. */
function parseJson(text: string): Result<unknown, readonly ConfigError[]> {
  try {
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return err([errorAt([], `is not JSON: ${reason}`)])
  }
}
