/**
 * The anchor of a heading as GitHub makes it, so that the same link works there and on the site.
 *
 * @module
 */

/** @param heading - As it is shown: without code marks and targets of links. */
export const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
