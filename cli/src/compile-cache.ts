import { isAbsolute, join } from 'node:path'

/**
 * The folder for compiled code in the user's cache (XDG Base Directory Specification). Never in the shared folder for
 * temporary files, where another user could provide the code.
 *
 * @returns `undefined` without a home directory.
 */
export function compileCacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env
  if (isAbsolute(cache)) return join(cache, 'edge-issuer/compiled')
  return isAbsolute(home) ? join(home, '.cache/edge-issuer/compiled') : undefined
}
