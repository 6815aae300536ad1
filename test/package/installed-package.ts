/**
 * The npm package, built, packed and installed offline in an empty folder with an empty home directory.
 *
 * @module
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
import { buildPackage } from '../../deploy/package/build-package.ts'
import { type PackedPackage, packPackage } from '../../deploy/package/pack.ts'

/** The package in its own folder. */
export interface InstalledPackage {
  /** The content of the package, before it was packed. */
  readonly built: string
  readonly packed: PackedPackage
  /** The project in whose `node_modules` it is. */
  readonly project: string
  /** Home directory of every command. */
  readonly home: string
  /** Runs a command with the installed package in PATH. */
  readonly run: (
    command: string,
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ) => Promise<CommandResult>
  readonly remove: () => Promise<void>
}

/** Builds, packs and installs the package. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-package-'))
  const [built, home, project] = ['built', 'home', 'project'].map((name) => join(folder, name))
  if (built === undefined || home === undefined || project === undefined) throw new Error('folders')
  await mkdir(home)
  await mkdir(project)
  await buildPackage({ folder: built })
  const packed = await packPackage(built, folder)
  const run: InstalledPackage['run'] = async (command, args, env = {}) =>
    runCommand({
      command,
      args,
      cwd: project,
      env: {
        PATH: [
          join(project, 'node_modules/.bin'),
          // The Node.js of this process, and npm.
          dirname(process.execPath),
          '/usr/local/bin',
          '/usr/bin',
          '/bin',
        ].join(delimiter),
        HOME: home,
        npm_config_update_notifier: 'false',
        ...env,
      },
    })
  const install = ['install', '--offline', '--no-audit', '--no-fund', packed.file]
  const { code, stderr } = await run('npm', install)
  if (code !== 0) throw new Error(`npm install: ${stderr}`)
  return { built, packed, project, home, run, remove: async () => rm(folder, { recursive: true }) }
}
