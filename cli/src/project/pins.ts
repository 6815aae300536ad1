/**
 * Versions that a project of this release is made with. One release of the command goes with one release of
 * wrangler, and so with one workerd, on Cloudflare's side and on this machine.
 *
 * @module
 */

/** Version of `wrangler`. */
export const WRANGLER_VERSION = '4.156.2'

/** Version of `miniflare`: the one that this wrangler depends on. */
export const MINIFLARE_VERSION = '5.20261102.0-beta'

/** Compatibility date of the worker (Cloudflare Workers, "Compatibility dates"). */
export const COMPATIBILITY_DATE = '2026-10-01'
