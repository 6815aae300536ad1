/** Versions are decimal numbers that grow (Kubernetes API concepts, "Comparing resource versions"). */
const NUMBER = /^(?:0|[1-9]\d*)$/u

/**
 * Whether an object of version `a` was there before one of version `b` of the same resource. Never,
 * when one of them is not a number: then nothing is known.
 */
export function isOlder(a: string, b: string): boolean {
  if (!NUMBER.test(a) || !NUMBER.test(b)) return false
  // Too long for a number, perhaps; as text of one length they compare alike.
  return a.length === b.length ? a < b : a.length < b.length
}
