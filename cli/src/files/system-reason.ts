/** What the operating system's codes mean to the person at the command line. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EEXIST: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
}

/** The reason in words; the code alone for one that is not foreseen. */
export function systemReason(error: unknown): string {
  const code = codeOf(error)
  // Not an error of the operating system: a bug, which must not look like a bad file.
  if (code === undefined) throw error
  return REASONS[code] ?? code
}

/** The code of an error of the operating system, such as `ENOENT`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
