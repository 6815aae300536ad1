/**
 * Records the demo of the npm package, against a new control plane with cert-manager, as docs/tools/terminal.txt: the
 * picture in README.md. `npm run package`, `npm run docs:terminal`, then `npm run docs`.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '@edge-issuer/testbed/control-plane'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { transcriptOf } from './terminal-svg.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What a reader types for the same. */
const COMMAND = 'npx edge-issuer demo --kubeconfig ~/.kube/config'

const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-record-'))
const plane = await startControlPlane({ directory, onProgress: () => undefined })
try {
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [
      join(ROOT, 'dist/npm/bin/edge-issuer.mjs'),
      'demo',
      '--once',
      '--kubeconfig',
      plane.adminKubeconfig,
      '--state-in',
      directory,
    ],
    env: process.env,
    cwd: ROOT,
  })
  if (code !== 0) throw new Error(`the demo failed:\n${stdout}${stderr}`)
  await writeFile(join(import.meta.dirname, 'terminal.txt'), transcriptOf(COMMAND, stdout))
} finally {
  await plane.stop()
  await rm(directory, { recursive: true, force: true })
}
