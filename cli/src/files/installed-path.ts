import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * @param folder - Of a package.
 * @returns Path of a module that is installed in the package or above it, as its own modules would import it.
 */
export function installedPath(folder: string, module: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(module)
  } catch {
    return undefined
  }
}
