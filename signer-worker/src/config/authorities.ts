/**
 * The issuing CAs of one issuer: each with its chain and its key, and exactly one that signs.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { timeToText } from '@edge-issuer/shared/x509'
import { checkIssuingCaAt, loadIssuingCa, loadIssuingKey } from '../ca/issuing-ca.ts'
import type { IssuingCa, IssuingKey } from '../model/issuing-ca.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Authority } from './config.ts'
import type { AuthorityEntry } from './schema.ts'

/** Dependencies of the checks of keys and times. */
export interface AuthoritySurroundings {
  readonly readSecret: (name: string) => string | undefined
  /** Epoch ms; `undefined` skips the check of the CA's time. */
  readonly nowMs: number | undefined
}

/** The issuing CAs that could be read, and every error. */
export interface BuiltAuthorities {
  /** Those whose chain is good, in order; one whose key has an error is without it. */
  readonly authorities: readonly Authority[]
  readonly errors: readonly ConfigError[]
}

/** @param at - Path of `entries` in the document. */
export function buildAuthorities(
  entries: readonly AuthorityEntry[],
  at: readonly PropertyKey[],
  surroundings: AuthoritySurroundings,
): BuiltAuthorities {
  const built = entries.map((entry, index) => buildAuthority(entry, [...at, index], surroundings))
  const cas = built.map(({ authority }) => authority?.ca)
  return {
    authorities: built.flatMap(({ authority }) => authority ?? []),
    errors: [
      ...checkActive(entries, at),
      ...built.flatMap(({ errors }) => errors),
      ...checkTwins(cas, at),
    ],
  }
}

interface BuiltAuthority {
  readonly authority: Authority | undefined
  readonly errors: readonly ConfigError[]
}

function buildAuthority(
  entry: AuthorityEntry,
  at: readonly PropertyKey[],
  { nowMs, readSecret }: AuthoritySurroundings,
): BuiltAuthority {
  const loaded = loadIssuingCa(entry.chain, entry)
  const ca = loaded.ok ? loaded.value : undefined
  const key = readKey(entry, ca, readSecret)
  const chainErrors = loaded.ok ? checkTimes(loaded.value, entry, nowMs) : loaded.error
  const errors = [
    ...chainErrors.map((message) => errorAt([...at, 'chain'], message)),
    ...(key.ok ? [] : [errorAt([...at, 'keySecret'], key.error)]),
    ...(entry.crlUrl !== undefined && ca?.canSignCrls === false
      ? [errorAt([...at, 'crlUrl'], NO_CRL_SIGN)]
      : []),
  ]
  const authority = ca && { state: entry.state, ca, key: key.ok ? key.value : undefined }
  return { authority, errors }
}

/** One certificate in two entries could have two states. */
function checkTwins(
  cas: readonly (IssuingCa | undefined)[],
  at: readonly PropertyKey[],
): readonly ConfigError[] {
  return cas.flatMap((ca, index) => {
    const first = cas.findIndex((other) => ca !== undefined && other?.sha256 === ca.sha256)
    return first < 0 || first === index
      ? []
      : [
          errorAt(
            [...at, index, 'chain'],
            `has the same issuing CA as authorities/${String(first)}`,
          ),
        ]
  })
}

/** RFC 5280 §4.2.1.3 and §6.3.3 (f). */
const NO_CRL_SIGN =
  'must be absent: the issuing CA lacks cRLSign in its keyUsage, so verifiers must not accept its CRLs'

function checkActive(
  entries: readonly AuthorityEntry[],
  at: readonly PropertyKey[],
): readonly ConfigError[] {
  const active = entries.filter(({ state }) => state === 'active').length
  return active === 1
    ? []
    : [errorAt(at, `must have exactly one whose state is active, and has ${String(active)}`)]
}

/**
 * A CA may wait to become valid while it is `next`. One that has expired is of no use in any state:
 * while it is retiring, no certificate of it is left, and its root would be trusted for nothing.
 */
function checkTimes(
  ca: IssuingCa,
  { state }: AuthorityEntry,
  nowMs: number | undefined,
): readonly string[] {
  if (nowMs === undefined || (state === 'next' && nowMs < ca.notBeforeMs)) return []
  const valid = checkIssuingCaAt(ca, nowMs)
  if (valid.ok) return []
  return state === 'retiring' && nowMs > ca.notAfterMs
    ? [
        `the issuing CA "${ca.subjectText}" expired at ${timeToText(ca.notAfterMs)}, and every certificate of it by then; remove it`,
      ]
    : [valid.error]
}

/** @returns `undefined` for a retiring CA without a key, and for a key without a certificate. */
function readKey(
  { keySecret, state }: AuthorityEntry,
  ca: IssuingCa | undefined,
  readSecret: AuthoritySurroundings['readSecret'],
): Result<IssuingKey | undefined, string> {
  if (keySecret === undefined) {
    return state === 'retiring'
      ? ok(undefined)
      : err(`is missing: a CA that is ${state} must be able to sign`)
  }
  const secret = readSecret(keySecret)
  if (secret === undefined) return err(`the worker has no secret "${keySecret}"`)
  if (ca === undefined) return ok(undefined)
  const key = loadIssuingKey(ca, secret)
  return key.ok ? key : err(`the secret "${keySecret}" ${key.error}`)
}
