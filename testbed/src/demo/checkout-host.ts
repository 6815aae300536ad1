/**
 * The demo of a checkout: a cluster of its own, and worker and relay from the sources.
 *
 * @module
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DemoHost, formatBytes, shellWord, useCluster, VERSION } from '@edge-issuer/cli/demo'
import { manifests } from '../relay/manifests.ts'
import { cachedWorkerLibrary } from '../worker/worker-library.ts'
import { measureCaches } from './caches.ts'
import { kubectlOrOwn, startOwnCluster } from './own-cluster.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** In the checkout; git ignores it. */
export const STATE_DIRECTORY = join(ROOT, '.demo')

/** @param kubeconfig - Of an existing cluster with cert-manager, absolute; starts a cluster when absent. */
export const checkoutHost = (kubeconfig: string | undefined): DemoHost => ({
  program: [process.execPath, join(ROOT, 'cli/src/main.ts')],
  relay: join(ROOT, 'relay/src/main.ts'),
  stateDirectory: STATE_DIRECTORY,
  manifests: async () => manifests('crds', 'relay', 'approve'),
  installPackage,
  openCluster: async ({ steps, stops, directory, signal }) => {
    if (kubeconfig !== undefined) {
      const kubectlCommand = await kubectlOrOwn(signal)
      return useCluster({ kubeconfig, directory, kubectlCommand, signal })
    }
    const cluster = await startOwnCluster(join(directory, 'cluster'), { steps, signal })
    stops.defer(async () => steps.run('cluster stopped', cluster.stop))
    return cluster
  },
  cleaning: async ({ directory, stateIn }) => {
    const demo = [process.execPath, join(ROOT, 'testbed/src/demo/main.ts')].map(shellWord).join(' ')
    const flag = stateIn === undefined ? '' : ` --state-in ${shellWord(stateIn)}`
    const { bytes, directory: caches } = await measureCaches(process.env)
    return `Logs and state are in ${directory}; the next run reuses them. To remove the
state, and with the second command also the built programs (${formatBytes(bytes)} in ${caches}):

  ${demo} --clean${flag}
  ${demo} --clean${flag} --caches`
  },
})

/** The part of the npm package that `worker serve` needs. */
async function installPackage(project: string): Promise<void> {
  const folder = join(project, 'node_modules/edge-issuer')
  await mkdir(join(folder, 'worker'), { recursive: true })
  const document = { name: 'edge-issuer', version: VERSION, type: 'module' }
  await writeFile(join(folder, 'package.json'), JSON.stringify(document))
  await copyFile(await cachedWorkerLibrary(), join(folder, 'worker/index.mjs'))
}
