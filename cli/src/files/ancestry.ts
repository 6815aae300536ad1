import { dirname } from 'node:path'

/** A path and every directory above it. */
export function ancestry(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [path, ...ancestry(above)]
}
