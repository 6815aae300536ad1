import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'

const packedSchema = z.tuple([
  z.object({
    filename: z.string(),
    size: z.int(),
    unpackedSize: z.int(),
    files: z.array(z.object({ path: z.string(), size: z.int() })),
  }),
])

/** A packed npm package. */
export interface PackedPackage {
  /** Path of the tarball. */
  readonly file: string
  /** Size of the tarball in bytes. */
  readonly size: number
  readonly unpackedSize: number
  /** Sorted paths of the files in it. */
  readonly paths: readonly string[]
}

/**
 * Runs `npm pack`, without network and without the user's npm configuration.
 *
 * @param folder - The package.
 * @param destination - Folder for the tarball; exists.
 * @throws Error with the standard error of npm.
 */
export async function packPackage(folder: string, destination: string): Promise<PackedPackage> {
  const home = join(destination, '.npm-home')
  const { code, stdout, stderr } = await runCommand({
    command: 'npm',
    args: ['pack', '--json', '--offline', `--pack-destination=${destination}`, folder],
    cwd: destination,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      npm_config_cache: join(home, 'cache'),
      npm_config_update_notifier: 'false',
    },
  })
  await rm(home, { recursive: true, force: true })
  if (code !== 0) throw new Error(`npm pack ${folder}: ${stderr}`)
  const [{ filename, size, unpackedSize, files }] = packedSchema.parse(JSON.parse(stdout))
  return {
    file: join(destination, filename),
    size,
    unpackedSize,
    paths: files.map(({ path }) => path).toSorted(),
  }
}
