/**
 * `npm run manifests [-- --image REFERENCE] [--output FILE]`: renders `deploy/dist/install.yaml` with the kubectl
 * or kustomize in PATH, and prints its path.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { installManifest } from './install-manifest.ts'
import { findKustomize } from './kustomize.ts'

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    output: { type: 'string', default: 'deploy/dist/install.yaml' },
  },
})

try {
  const text = await installManifest(await findKustomize(process.env), values.image)
  await mkdir(dirname(values.output), { recursive: true })
  await writeFile(values.output, text)
  process.stdout.write(`${values.output}\n`)
} catch (error) {
  process.stderr.write(`manifests: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
