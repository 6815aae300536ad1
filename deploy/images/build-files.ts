/**
 * `npm run build:image-files [-- --output FOLDER]`: fills `deploy/image/`, and lists what is in it.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildImageFiles } from './relay-files.ts'

const { values } = parseArgs({ options: { output: { type: 'string', default: 'deploy/image' } } })

await buildImageFiles(values.output)
for (const name of await readdir(values.output))
  process.stdout.write(`${join(values.output, name)}\n`)
