/** Runs work for each item, at most `size` at the same time; the results are in the same order. */
export async function inBatches<Item, Output>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Output>,
): Promise<readonly Output[]> {
  const results: Output[] = []
  for (let at = 0; at < items.length; at += size) {
    results.push(...(await Promise.all(items.slice(at, at + size).map(work))))
  }
  return results
}
