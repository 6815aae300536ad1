/** Does `work` for every item, in order, for at most `limit` of them at a time. */
export async function concurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: limit }, async () => {
      // All take from the one iterator.
      for (const item of waiting) await work(item)
    }),
  )
}
