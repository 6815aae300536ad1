/**
 * Finds the program `workerd`, which runs the worker without Cloudflare.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { installedPath } from '../files/installed-path.ts'

/** Version of the npm package `workerd` that this release runs with: the one of its wrangler. */
export const WORKERD_VERSION = '1.20261102.1'

/** Packages that depend on `workerd`, for package managers that do not put it at the top level. */
const DEPENDENTS = ['wrangler', 'miniflare']

/** Names of the package with the program, by operating system and processor of Node.js. */
const PLATFORM_PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@cloudflare/workerd-darwin-arm64',
  'darwin-x64': '@cloudflare/workerd-darwin-64',
  'linux-arm64': '@cloudflare/workerd-linux-arm64',
  'linux-x64': '@cloudflare/workerd-linux-64',
}

const VERSION_TIMEOUT_MS = 10_000

/**
 * Finds `workerd` and checks its version.
 *
 * @param path - Path of the program, if the user named it.
 * @param folders - Where to look for installed packages otherwise: the first that has it counts.
 */
export async function findWorkerd(
  path: string | undefined,
  folders: readonly string[],
): Promise<Result<string, string>> {
  const program = path ?? installedWorkerd(folders)
  if (program === undefined) {
    const platform = `${process.platform}-${process.arch}`
    return err(
      PLATFORM_PACKAGES[platform] === undefined
        ? `there is no workerd for this platform (${platform})`
        : `cannot find workerd; ${install(folders)}, or name the program with --workerd`,
    )
  }
  const version = await versionOf(program)
  if (!version.ok) return version
  return version.value === WORKERD_DATE
    ? ok(program)
    : err(
        `"${program}" is workerd ${version.value}, and this release of edge-issuer runs with ${WORKERD_DATE}; ${install(folders)}`,
      )
}

const install = ([folder = '.']: readonly string[]): string =>
  `install it with: npm install --prefix ${folder} workerd@${WORKERD_VERSION}`

/** The version as `workerd --version` prints it: 2026-11-02. */
const WORKERD_DATE = WORKERD_VERSION.replace(/^1\.(\d{4})(\d\d)(\d\d)\..*$/, '$1-$2-$3')

async function versionOf(program: string): Promise<Result<string, string>> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], {
      env: {},
      timeout: VERSION_TIMEOUT_MS,
    })
    const [, version] = /^workerd (\S+)\s*$/.exec(stdout) ?? []
    return version === undefined ? err(`"${program}" is not workerd`) : ok(version)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    return err(`cannot run "${program}": ${reason}`)
  }
}

/** @returns The program that a package manager installed in one of the folders, or in a folder above it. */
export function installedWorkerd(folders: readonly string[]): string | undefined {
  const platform = PLATFORM_PACKAGES[`${process.platform}-${process.arch}`]
  if (platform === undefined) return undefined
  for (const folder of folders) {
    const dependents = DEPENDENTS.map((name) => packageRoot(folder, name))
    for (const dependent of [folder, ...dependents]) {
      const workerd = dependent === undefined ? undefined : packageRoot(dependent, 'workerd')
      const found =
        workerd === undefined ? undefined : installedPath(workerd, `${platform}/bin/workerd`)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function packageRoot(folder: string, name: string): string | undefined {
  const file = installedPath(folder, `${name}/package.json`)
  return file === undefined ? undefined : dirname(file)
}
