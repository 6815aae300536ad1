/**
 * The URL that clients sign for.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { PublicUrl } from './config.ts'

/** @returns Origin and path prefix, or what is wrong with the URL. */
export function readPublicUrl(text: string): Result<PublicUrl, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return err('is not an absolute URL')
  if (url.protocol !== 'https:') return err(`must be https, not ${url.protocol}//`)
  if (url.username !== '' || url.password !== '') return err('must have no user and no password')
  // `https://host/?` has an empty query, which `search` does not show.
  if (/[?#]/.test(text)) return err('must have no query and no fragment')
  return ok({ origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') })
}
