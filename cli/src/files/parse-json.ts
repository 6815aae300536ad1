/** @returns The value, or `undefined` for a text that is not JSON, which `undefined` never is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
