/**
 * What is open to a client: an issuer and, under it, a profile. A name that does not exist and one
 * that is not open are refused alike, so that no client learns the names of the others.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import { type Client, type Issuer, openProfiles, type SignerConfig } from '../../config/exports.ts'
import type { Profile } from '../../policy/rules/profile.ts'

/**
 * @param asked - Without a client, for an admin, to whom every issuer is open.
 * @returns The issuer that a path names; or `issuer_unknown`, or `worker_misconfigured` when it has an error.
 */
export function authorizeIssuer(
  config: SignerConfig,
  { client, name }: { readonly client: Client | undefined; readonly name: string },
): Result<Issuer, Refusal> {
  const isOpen = client?.issuers.includes(name) ?? true
  const issuer = isOpen ? config.issuers.get(name) : undefined
  if (issuer !== undefined) return ok(issuer)
  if (isOpen && config.brokenIssuers.has(name)) return err(misconfigured(`issuer ${quote(name)}`))
  const detail =
    client === undefined
      ? `the worker's configuration has no issuer ${quote(name)}`
      : `no issuer ${quote(name)} is open to client "${client.name}"; the worker's operator can open it`
  return err({ code: 'issuer_unknown', detail })
}

/** A profile under its name. */
export interface NamedProfile {
  readonly name: string
  readonly profile: Profile
}

/**
 * @param asked - The profile's name; the client's default when absent.
 * @returns The profile; or `profile_unknown`, or `worker_misconfigured` when it has an error, or does not
 *   fit the issuer's CAs.
 */
export function authorizeProfile(
  config: SignerConfig,
  asked: { readonly client: Client; readonly issuer: Issuer; readonly name: string | undefined },
): Result<NamedProfile, Refusal> {
  const { client, issuer } = asked
  const open = openProfiles(client, issuer)
  const name = asked.name ?? open[0]
  if (name !== undefined && open.includes(name) && issuer.brokenProfiles.has(name)) {
    return err(misconfigured(`profile ${quote(name)} of issuer "${issuer.name}"`))
  }
  const profile = name !== undefined && open.includes(name) ? config.profiles.get(name) : undefined
  if (name !== undefined && profile !== undefined) return ok({ name, profile })
  const detail =
    `no profile${name === undefined ? '' : ` ${quote(name)}`} is open to client "${client.name}" ` +
    `under issuer "${issuer.name}"; open are: ${open.join(', ')}`
  return err({ code: 'profile_unknown', detail })
}

/** An entry with an error is out of service; the log has the error, which may be nothing for a client to see. */
export const misconfigured = (what: string): Refusal => ({
  code: 'worker_misconfigured',
  detail: `${what} has an error in the worker's configuration; the worker's operator must run "edge-issuer config check"`,
})

/** A name that someone else chose, as a JSON string of sensible length. */
const quote = (name: string): string => JSON.stringify(name.slice(0, 80))
