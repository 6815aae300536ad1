/**
 * What a test is given of the tools: paths, or why one is not there. Plain data, as Vitest hands it to
 * its workers.
 *
 * @module
 */

/** Something on this machine, or the reason why it is not. */
export type Found<T> =
  | { readonly isFound: true; readonly value: T }
  | { readonly isFound: false; readonly reason: string }

/** A program that may need libraries from beside it. */
export interface DebianTool {
  readonly command: string
  readonly env: Record<string, string>
}

/** Where everything is. */
export interface Tools {
  readonly keytool: Found<string>
  readonly certtool: Found<DebianTool>
  readonly certutil: Found<DebianTool>
  /** Path of the Go program. */
  readonly goProgram: Found<string>
  /** A Python with the package cryptography. */
  readonly python: Found<string>
  /** Environment of a Python whose ctypes finds mbedTLS 2.28. */
  readonly mbedtls: Found<DebianTool>
}

/** @returns What `find` gives, or its error as the reason. */
export async function tryToFind<T>(find: () => Promise<T>): Promise<Found<T>> {
  try {
    return { isFound: true, value: await find() }
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n\n')
    return { isFound: false, reason }
  }
}
