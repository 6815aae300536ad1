/**
 * Tools and libraries of Debian packages: from PATH, or unpacked into the user's cache. Nothing is installed.
 *
 * @module
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '@edge-issuer/testbed/files/error-code'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { waitForLock } from '@edge-issuer/testbed/files/file-lock'
import { cacheFolder } from '@edge-issuer/testbed/go-build/cached-build'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { tryCommand } from './on-path.ts'
import type { DebianTool } from './tools.ts'

const CACHE_NAME = 'field-csr-debian'
const DRAFT = '.draft'

/** A program, and the package that it is in. */
export interface DebianProgram {
  readonly command: string
  /** Arguments with which it does nothing; any exit code below 127 will do. */
  readonly probe: readonly string[]
  readonly packageName: string
}

/** Without a network, apt would try for minutes. */
const NETWORK_LIMITS = [
  'Acquire::http::Timeout=20',
  'Acquire::https::Timeout=20',
  'Acquire::Retries=0',
]

/**
 * Finds the program in PATH or in the cache, or fetches its package and what that needs.
 *
 * @throws Error with what apt-get or dpkg-deb printed, or that there is no apt-get
 */
export async function findOrFetchProgram(
  { command, probe, packageName }: DebianProgram,
  report: Report,
): Promise<DebianTool> {
  if ((await tryCommand(command, probe)) !== undefined) return { command, env: ownEnv() }
  const root = await findOrFetchPackage(packageName, report)
  const path = join(root, 'usr', 'bin', command)
  const env = { ...ownEnv(), LD_LIBRARY_PATH: (await libraryFolders(root)).join(':') }
  const { code, stderr } = await runCommand({ command: path, args: probe, env })
  if (code < 127) return { command: path, env }
  throw new Error(`${path} does not run: ${stderr.trim()}`)
}

/** Folders of shared libraries in an unpacked package. */
export async function libraryFolders(root: string): Promise<readonly string[]> {
  const bases = [join(root, 'usr', 'lib'), join(root, 'lib')]
  const found = await Promise.all(
    bases.map(async (base) =>
      (await namesIn(base))
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => join(base, name)),
    ),
  )
  // Programs of NSS have their libraries in a folder of their own.
  return found.flat().flatMap((folder) => [folder, join(folder, 'nss')])
}

/**
 * Finds an unpacked package in the cache, or fetches it with what it needs and this machine has not.
 *
 * @returns The folder that takes the place of `/`.
 */
export async function findOrFetchPackage(packageName: string, report: Report): Promise<string> {
  const cache = cacheFolder(CACHE_NAME, process.env)
  const entry = join(cache, packageName)
  if (await fileExists(entry)) return entry
  await mkdir(cache, { recursive: true })
  const lock = await waitForLock(join(cache, 'fetch.lock'), (pid) => {
    report(`process ${pid} is fetching Debian packages; waiting for it`)
  })
  try {
    if (await fileExists(entry)) return entry
    report(`fetching ${packageName} from Debian (nothing is installed)`)
    const draft = join(cache, DRAFT)
    await rm(draft, { recursive: true, force: true })
    await fetchInto(draft, packageName)
    await rename(join(draft, 'root'), entry)
    await rm(draft, { recursive: true })
  } finally {
    await lock.release()
  }
  return entry
}

async function fetchInto(folder: string, packageName: string): Promise<void> {
  const inside = (name: string): string => join(folder, name)
  for (const name of ['apt/lists/partial', 'apt/cache/archives/partial', 'debs', 'root']) {
    await mkdir(inside(name), { recursive: true })
  }
  const run = async (command: string, args: readonly string[], cwd = folder): Promise<string> => {
    const result = await runCommand({ command, args, env: { ...process.env, LC_ALL: 'C' }, cwd })
    if (result.code === 0) return result.stdout
    throw new Error(`${command} ${args.join(' ')} failed:\n${result.stderr.trimEnd()}`)
  }
  const options = [
    `Dir::State::lists=${inside('apt/lists')}`,
    `Dir::Cache=${inside('apt/cache')}`,
    // The user that apt fetches as by default cannot write into a home.
    'APT::Sandbox::User=root',
    // Otherwise a list that cannot be fetched is a warning.
    'APT::Update::Error-Mode=any',
    ...NETWORK_LIMITS,
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...options, 'update'])
  const plan = await run('apt-get', [
    ...options,
    '--simulate',
    '--no-install-recommends',
    'install',
    packageName,
  ])
  const names = [...plan.matchAll(/^Inst (\S+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('-dev'))
  // None when the machine has the package: its programs and libraries are where they belong.
  if (names.length === 0) return
  await run('apt-get', [...options, 'download', ...names], inside('debs'))
  for (const name of await readdir(inside('debs'))) {
    await run('dpkg-deb', ['--extract', join(inside('debs'), name), inside('root')])
  }
}

const ownEnv = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
})

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}
