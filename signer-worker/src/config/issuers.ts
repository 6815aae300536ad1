/**
 * The issuing CAs of a configuration: certificate chain, key and profiles must fit together.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  checkIssuingCaAt,
  type IssuingCa,
  type IssuingKey,
  loadIssuingCa,
  loadIssuingKey,
} from '../ca/issuing-ca.ts'
import type { Profile } from '../policy/profile.ts'
import type { Issuer } from './config.ts'
import { type ConfigFault, faultAt } from './fault.ts'
import type { IssuerEntry } from './schema.ts'

/** What an issuer is checked against. */
export interface IssuerSurroundings {
  /** Profiles without faults of their own. */
  readonly profiles: Readonly<Record<string, Profile>>
  /** Names of all profiles. */
  readonly profileNames: ReadonlySet<string>
  readonly readSecret: (name: string) => string | undefined
  /** Epoch ms; `undefined` to leave the CA's time alone. */
  readonly nowMs: number | undefined
}

/** An issuer if it is good enough for one, and all that is wrong with it. */
export interface BuiltIssuer {
  readonly issuer: Issuer | undefined
  readonly faults: readonly ConfigFault[]
}

/** Builds the issuer of one entry. */
export function buildIssuer(
  name: string,
  entry: IssuerEntry,
  surroundings: IssuerSurroundings,
): BuiltIssuer {
  const loaded = loadIssuingCa(entry.chain)
  const ca = loaded.ok ? loaded.value : undefined
  const key = readKey(entry.keySecret, { ca, ...surroundings })
  const at = (...segments: readonly PropertyKey[]): readonly PropertyKey[] => [
    'issuers',
    name,
    ...segments,
  ]
  const chainFaults = loaded.ok ? timeFaults(loaded.value, surroundings.nowMs) : loaded.error
  const faults = [
    ...chainFaults.map((message) => faultAt(at('chain'), message)),
    ...(key.ok ? [] : [faultAt(at('keySecret'), key.error)]),
    ...entry.profiles.flatMap((profile, index) => {
      const message = profileFault(profile, { ca, ...surroundings })
      return message === undefined ? [] : [faultAt(at('profiles', index), message)]
    }),
  ]
  const issuer =
    ca === undefined || !key.ok || key.value === undefined
      ? undefined
      : { name, ca, key: key.value, profiles: entry.profiles }
  return { issuer, faults }
}

interface Surroundings extends IssuerSurroundings {
  /** `undefined` for a chain with faults. */
  readonly ca: IssuingCa | undefined
}

function timeFaults(ca: IssuingCa, nowMs: number | undefined): readonly string[] {
  const valid = nowMs === undefined ? undefined : checkIssuingCaAt(ca, nowMs)
  return valid?.ok === false ? [valid.error] : []
}

/** @returns `undefined` for a key that is there, but has no certificate to belong to. */
function readKey(
  secretName: string,
  { ca, readSecret }: Surroundings,
): Result<IssuingKey | undefined, string> {
  const secret = readSecret(secretName)
  if (secret === undefined) return err(`the worker has no secret "${secretName}"`)
  if (ca === undefined) return ok(undefined)
  const key = loadIssuingKey(ca, secret)
  return key.ok ? key : err(`the secret "${secretName}" ${key.error}`)
}

/** RFC 5280 §4.2.1.9: each CA certificate takes one from the path length above it. */
function profileFault(
  name: string,
  { ca, profileNames, profiles }: Surroundings,
): string | undefined {
  if (!profileNames.has(name)) return `there is no profile "${name}"`
  const profile = profiles[name]
  const limit = ca?.pathLength
  if (profile?.isCA !== true || limit === undefined) return undefined
  const wanted = profile.pathLength ?? 0
  if (wanted < limit) return undefined
  return (
    `profile "${name}" makes CA certificates of path length ${String(wanted)}, ` +
    `but path length ${String(limit)} of the issuing CA leaves no room for them`
  )
}
