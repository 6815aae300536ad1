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

// Node.js 22 calls its SQLite experimental, on standard error, for every command that loads it.
const printers = process.listeners('warning')
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name === 'ExperimentalWarning' && warning.message.startsWith('SQLite ')) return
  for (const print of printers) print.call(process, warning)
})

await import('./main.ts')
