/**
 * The path of a request: for its signature, as it arrived; for routing, under the public URL.
 *
 * @module
 */
import type { Settings } from '../config/settings.ts'

/** @returns Path and query of an absolute URL, as they are in it. A request's URL always has a path. */
export const pathAndQuery = (url: string): string =>
  url.slice(url.indexOf('/', url.indexOf('//') + 2))

/** @returns The path after the public URL's prefix; for a request outside it, one that no route has. */
export function pathUnderPublicUrl(url: string, settings: Settings): string {
  const [path = ''] = pathAndQuery(url).split('?', 1)
  const prefix = settings.ok ? settings.value.publicUrl.prefix : ''
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : '/'
}
