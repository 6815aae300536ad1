/** @returns The first item that is there a second time; in time that grows as the list does. */
export function findRepeated(items: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return items.find((item) => seen.size === seen.add(item).size)
}
