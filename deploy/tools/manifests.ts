/**
 * `npm run manifests [-- --image REFERENCE] [--output FILE]`: writes `deploy/dist/install.yaml`, and
 * says where.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { installManifest } from './install-manifest.ts'

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    output: { type: 'string', default: 'deploy/dist/install.yaml' },
  },
})

const text = await installManifest(values.image)
await mkdir(dirname(values.output), { recursive: true })
await writeFile(values.output, text)
process.stdout.write(`${values.output}\n`)
