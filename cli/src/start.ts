/**
 * Lets Node.js keep compiled code, then runs the command.
 *
 * @module
 */
import { enableCompileCache } from 'node:module'
import { compileCacheFolder } from './compile-cache.ts'

const folder = compileCacheFolder(process.env)
// Without effect if NODE_COMPILE_CACHE is set, or if the folder cannot be written.
if (folder !== undefined) enableCompileCache(folder)
await import('./main.ts')
