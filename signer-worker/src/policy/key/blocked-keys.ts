/**
 * Public keys that are never certified: leaked, found in a product, or known to be weak for a reason that
 * the key itself does not show.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { PARSE_FAULTS, type Refusal } from '@edge-issuer/shared'
import { publicKeyToText, type SubjectPublicKeyInfo } from '@edge-issuer/shared/x509'

/** SHA-256 of each SubjectPublicKeyInfo in DER, 64 lower-case hexadecimal digits. */
export type BlockedKeys = ReadonlySet<string>

/** The list of a configuration without one. */
export const NO_BLOCKED_KEYS: BlockedKeys = new Set()

/** @returns `key_not_allowed` for a key on the list. An empty list costs nothing. */
export function judgeBlockedKey(
  { raw, key }: SubjectPublicKeyInfo,
  blocked: BlockedKeys,
): readonly Refusal[] {
  if (blocked.size === 0 || !blocked.has(hash('sha256', raw, 'hex'))) return []
  const fault = 'key_blocked'
  const detail = `the ${publicKeyToText(key)} key ${PARSE_FAULTS[fault]}`
  return [{ code: 'key_not_allowed', fault, detail }]
}
