/**
 * The issuing CAs of a configuration: certificate chain, key and profiles must fit together.
 *
 * @module
 */
import {
  checkIssuingCaAt,
  type IssuingCa,
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
  const at = (...segments: readonly PropertyKey[]): readonly PropertyKey[] => [
    'issuers',
    name,
    ...segments,
  ]
  const loaded = loadIssuingCa(entry.chain)
  const secret = surroundings.readSecret(entry.keySecret)
  const key = loaded.ok && secret !== undefined ? loadIssuingKey(loaded.value, secret) : undefined
  const faults = [
    ...(loaded.ok ? caFaults(loaded.value, surroundings.nowMs) : loaded.error).map((message) =>
      faultAt(at('chain'), message),
    ),
    ...(secret === undefined
      ? [faultAt(at('keySecret'), `the worker has no secret "${entry.keySecret}"`)]
      : []),
    ...(key?.ok === false
      ? [faultAt(at('keySecret'), `the secret "${entry.keySecret}" ${key.error}`)]
      : []),
    ...entry.profiles.flatMap((profile, index) =>
      profileFaults(profile, loaded.ok ? loaded.value : undefined, surroundings).map((message) =>
        faultAt(at('profiles', index), message),
      ),
    ),
  ]
  return loaded.ok && key?.ok === true
    ? { issuer: { name, ca: loaded.value, key: key.value, profiles: entry.profiles }, faults }
    : { issuer: undefined, faults }
}

function caFaults(ca: IssuingCa, nowMs: number | undefined): readonly string[] {
  const valid = nowMs === undefined ? undefined : checkIssuingCaAt(ca, nowMs)
  return valid?.ok === false ? [valid.error] : []
}

function profileFaults(
  name: string,
  ca: IssuingCa | undefined,
  { profiles, profileNames }: IssuerSurroundings,
): readonly string[] {
  if (!profileNames.has(name)) return [`there is no profile "${name}"`]
  const profile = profiles[name]
  if (profile?.isCA !== true || ca?.pathLength !== 0) return []
  return [
    `profile "${name}" makes CA certificates, but the issuing CA has path length 0 (RFC 5280 4.2.1.9)`,
  ]
}
