/**
 * Which released versions are published, and the page that leads to the newest.
 *
 * @module
 */

/** Older versions are in the repository, under their tags. */
const MAX_VERSIONS = 8

/**
 * @param tags - Newest first.
 * @returns Those to publish. Pre-releases of versions that have been released are dropped.
 */
export function publishedTags(tags: readonly string[]): readonly string[] {
  const released = new Set(tags.filter((tag) => !tag.includes('-')))
  return tags
    .filter((tag) => /^v\d/u.test(tag))
    .filter((tag) => released.has(tag) || !released.has(tag.replace(/-.*$/u, '')))
    .slice(0, MAX_VERSIONS)
}

/** @returns The newest version that is not a pre-release; the newest of all if there is none. */
export const newestOf = (tags: readonly string[]): string | undefined =>
  tags.find((tag) => !tag.includes('-')) ?? tags[0]

/**
 * A page that leads to another one, for the top of the site and for addresses that are none.
 *
 * @param target - Relative or absolute.
 */
export const redirectTo = (target: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'">
    <meta http-equiv="refresh" content="0; url=${target}">
    <title>edge-issuer</title>
  </head>
  <body><a href="${target}">Documentation of edge-issuer</a></body>
</html>
`
