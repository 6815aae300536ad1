import { createHash } from 'node:crypto'

/** @returns 128 bits of the SHA-256 of `text` in base64url: enough to see that a text has changed. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
