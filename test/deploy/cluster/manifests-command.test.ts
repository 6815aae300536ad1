import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { it } from 'vitest'
import { installManifest } from '../../../deploy/tools/install-manifest.ts'
import { pinnedKustomize } from '../../../deploy/tools/pinned-kustomize.ts'

const SCRIPT = fileURLToPath(new URL('../../../deploy/tools/manifests.ts', import.meta.url))

it('npm run manifests renders with the kubectl in PATH', async ({ expect, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-manifests-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  const pinned = await pinnedKustomize()
  const shim = `#!/bin/sh\nexec "${pinned[0]}" kubectl "$@"\n`
  await writeFile(join(folder, 'kubectl'), shim, { mode: 0o755 })
  const output = join(folder, 'install.yaml')
  const { code, stderr } = await runCommand({
    command: process.execPath,
    args: [SCRIPT, '--output', output],
    env: { PATH: folder },
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await readFile(output, 'utf8')).toBe(await installManifest(pinned))
})
