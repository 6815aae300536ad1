/**
 * URLs that go into certificates. Plain http is right for them: what is fetched is signed, and https
 * would need a certificate to be checked to check a certificate (RFC 5280 §8).
 *
 * @module
 */

/** Printable ASCII without space, `#` and `@`: an IA5String with neither fragment nor user. */
const PLAIN = /^[!"$-?A-~]+$/

/** Whether a text is an absolute URL that can be copied into a certificate unchanged. */
export const isPublishedUrl = (text: string): boolean =>
  PLAIN.test(text) && URL.canParse(text) && new URL(text).hostname !== ''
