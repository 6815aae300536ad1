/**
 * The Content Security Policy of a page: everything comes from the site itself, and no other script runs than
 * the ones that the build wrote.
 *
 * @module
 */
import { createHash } from 'node:crypto'

const INLINE_SCRIPT = /<script(?<attributes>[^>]*)>(?<text>[^]*?)<\/script>/gu

/** @returns The policy for a page, with the hash of each script in it. */
export function policyFor(html: string): string {
  const hashes = [...html.matchAll(INLINE_SCRIPT)]
    .filter(({ groups }) => groups?.['attributes']?.includes('src=') !== true)
    .map(({ groups }) =>
      createHash('sha256')
        .update(groups?.['text'] ?? '')
        .digest('base64'),
    )
    .map((hash) => `'sha256-${hash}'`)
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    // Colors of code are in style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** Adds the policy to a page, before anything that it applies to. */
export const withPolicy = (html: string): string =>
  html.replace(
    '<head>',
    `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policyFor(html)}">`,
  )
