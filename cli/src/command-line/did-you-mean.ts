/** Maximum edit distance at which a name counts as a typing error. */
const MAX_EDITS = 2

/**
 * Finds the candidate that the user probably meant.
 *
 * @returns `undefined` if no candidate is within {@link MAX_EDITS} edits or begins with `text`.
 */
export function didYouMean(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestEdits = MAX_EDITS + 1
  for (const candidate of candidates) {
    const edits = editDistance(text, candidate)
    if (edits < bestEdits) [best, bestEdits] = [candidate, edits]
  }
  return best ?? candidates.find((candidate) => text !== '' && candidate.startsWith(text))
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [fromIndex, character] of Array.from(from).entries()) {
    const next = [fromIndex + 1]
    for (const [toIndex, other] of Array.from(to).entries()) {
      const replaced = (row[toIndex] ?? 0) + (character === other ? 0 : 1)
      next.push(Math.min(replaced, (row[toIndex + 1] ?? 0) + 1, (next[toIndex] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
