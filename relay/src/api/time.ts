/**
 * Times as Kubernetes writes them. Inside the relay a time is epoch milliseconds.
 *
 * @module
 */

/** Whole seconds, as Go's metav1.Time writes them: a custom resource would keep milliseconds. */
export const rfc3339 = (epochMs: number): string =>
  new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** metav1.MicroTime wants six fractional digits; a clock of milliseconds has three. */
export const microTime = (epochMs: number): string =>
  new Date(epochMs).toISOString().replace('Z', '000Z')
