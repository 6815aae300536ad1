/**
 * runc and nft from the Debian packages of this machine's release, unpacked into the user's cache.
 * Nothing is installed: apt keeps its lists and downloads in the cache, too.
 *
 * @module
 */
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { waitForLock } from '@edge-issuer/testbed/files/file-lock'
import { type BuildContext, cacheFolder } from '@edge-issuer/testbed/go-build/cached-build'
import { runCommand } from '@edge-issuer/testbed/processes/process'

const CACHE_NAME = 'debian-tools'
/** Increment it when the list below changes. */
const ENTRY = 'runc-nftables-1'
const DRAFT = '.draft'

/** The programs, and libraries of nft that a small system may lack. runc's only library is also apt's. */
const PACKAGES = [
  'runc',
  'nftables',
  'libnftables1',
  'libnftnl11',
  'libmnl0',
  'libjansson4',
  'libxtables12',
  'libedit2',
  'libbsd0',
  'libmd0',
  'libgmp10',
] as const

/** Lies in `bin`, beside `root`, where the packages are unpacked. */
const NFT_WRAPPER = `#!/bin/sh
# nft with the libraries that were unpacked beside it.
root=$(dirname "$(readlink -f "$0")")/../root
for folder in "$root"/usr/lib/*-linux-gnu "$root"/lib/*-linux-gnu; do
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH\${LD_LIBRARY_PATH:+:}$folder
done
export LD_LIBRARY_PATH
exec "$root/usr/sbin/nft" "$@"
`

/**
 * Finds the tools in the cache, or fetches them.
 *
 * @returns A folder with runc and nft.
 * @throws Error with the error output of apt-get or dpkg
 */
export async function findOrFetchDebianTools({ report, env }: BuildContext): Promise<string> {
  const cache = cacheFolder(CACHE_NAME, env)
  const entry = join(cache, ENTRY)
  const tools = join(entry, 'bin')
  if (await fileExists(entry)) return tools
  await mkdir(cache, { recursive: true })
  const lock = await waitForLock(join(cache, 'fetch.lock'), (pid) => {
    report(`process ${pid} is fetching runc and nft; waiting for it`)
  })
  try {
    if (await fileExists(entry)) return tools
    report('fetching runc and nft from Debian (nothing is installed)')
    const draft = join(cache, DRAFT)
    await rm(draft, { recursive: true, force: true })
    await fetchInto(draft, env)
    await rename(draft, entry)
  } finally {
    await lock.release()
  }
  return tools
}

async function fetchInto(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const inside = (name: string): string => join(folder, name)
  for (const name of ['apt/lists/partial', 'apt/cache/archives/partial', 'debs', 'root', 'bin']) {
    await mkdir(inside(name), { recursive: true })
  }
  const run = async (command: string, args: readonly string[], cwd = folder): Promise<void> => {
    const result = await runCommand({ command, args, env, cwd })
    if (result.code !== 0) {
      throw new Error(`${command} ${args.join(' ')} failed:\n${result.stderr.trimEnd()}`)
    }
  }
  const apt = [
    `Dir::State::lists=${inside('apt/lists')}`,
    `Dir::Cache=${inside('apt/cache')}`,
    // The user that apt fetches as by default cannot write into a home.
    'APT::Sandbox::User=root',
    // Otherwise a list that cannot be fetched is a warning.
    'APT::Update::Error-Mode=any',
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...apt, 'update'])
  await run('apt-get', [...apt, 'download', ...PACKAGES], inside('debs'))
  for (const name of await readdir(inside('debs'))) {
    await run('dpkg-deb', ['--extract', join(inside('debs'), name), inside('root')])
  }
  await rm(inside('apt'), { recursive: true })
  await rm(inside('debs'), { recursive: true })

  await symlink('../root/usr/sbin/runc', inside('bin/runc'))
  await writeFile(inside('bin/nft'), NFT_WRAPPER)
  await chmod(inside('bin/nft'), 0o755)
  await run(inside('bin/runc'), ['--version'])
  await run(inside('bin/nft'), ['--version'])
}
