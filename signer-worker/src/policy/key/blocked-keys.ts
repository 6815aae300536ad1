/**
 * Public keys that are never certified: leaked, found in a product, or known to be weak for a reason that
 * the key itself does not show.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { PARSE_ERRORS } from '@edge-issuer/shared'
import { publicKeyToText, type SubjectPublicKeyInfo } from '@edge-issuer/shared/x509'
import type { Violation } from '../messages.ts'

/** SHA-256 of each SubjectPublicKeyInfo in DER, 64 lower-case hexadecimal digits. */
export type BlockedKeys = ReadonlySet<string>

/** The list of a configuration without one. */
export const NO_BLOCKED_KEYS: BlockedKeys = new Set()

/** @returns `key_not_allowed` for a key on the list. */
export const checkBlockedKey = (
  { raw, key }: SubjectPublicKeyInfo,
  blocked: BlockedKeys,
): Violation | undefined =>
  blocked.size > 0 && blocked.has(hash('sha256', raw, 'hex'))
    ? {
        code: 'key_not_allowed',
        kind: 'key_malformed',
        field: 'publicKey',
        actual: publicKeyToText(key),
        rule: 'blockedKeys',
        expected: [PARSE_ERRORS.key_blocked],
        parseError: 'key_blocked',
      }
    : undefined
