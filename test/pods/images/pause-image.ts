import { join } from 'node:path'
import type { NodeBinaries } from '../binaries.ts'
import { PAUSE_IMAGE } from '../containerd.ts'
import { buildImageArchive } from './image-archive.ts'

/** The image of the process that holds a Pod's namespaces, as an archive in `folder`. */
export async function buildPauseImage(folder: string, binaries: NodeBinaries): Promise<string> {
  const archive = join(folder, 'pause.tar')
  await buildImageArchive(
    {
      name: PAUSE_IMAGE,
      files: [{ path: '/pause', source: join(binaries.runtime, 'pause') }],
      entrypoint: ['/pause'],
      user: '65535:65535',
    },
    archive,
  )
  return archive
}
