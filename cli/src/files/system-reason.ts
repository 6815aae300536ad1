/** Messages for error codes of the operating system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'a part of the path is not a directory',
  EISDIR: 'it is a directory, not a file',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EPIPE: 'the reader of the output has ended',
}

/** @returns The message for an error of the operating system; its code if there is no message. @throws Any other error. */
export function systemReason(error: unknown): string {
  const code = codeOf(error)
  // Any other error is a bug, and must not look like a problem with a file.
  if (code === undefined) throw error
  return REASONS[code] ?? code
}

/** The code of an error of the operating system, such as `ENOENT`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
