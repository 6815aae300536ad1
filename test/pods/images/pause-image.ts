import { join } from 'node:path'
import { buildImageArchive } from '../../../deploy/images/layout.ts'
import type { NodeBinaries } from '../binaries.ts'
import { PAUSE_IMAGE } from '../containerd.ts'

/** The image of the process that holds a Pod's namespaces, as an archive in `folder`. */
export async function buildPauseImage(folder: string, binaries: NodeBinaries): Promise<string> {
  const archive = join(folder, 'pause.tar')
  await buildImageArchive(
    {
      name: PAUSE_IMAGE,
      files: [{ path: '/pause', mode: 0o755, source: join(binaries.runtime, 'pause') }],
      entrypoint: ['/pause'],
      user: '65535:65535',
    },
    archive,
  )
  return archive
}
