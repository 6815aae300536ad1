/**
 * Tries whether the machine can run a node.
 *
 * @module
 */
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { createNodeCgroups } from './cgroups.ts'
import { findOrFetchDebianTools } from './debian-tools.ts'

const COMMANDS = [
  'apt-get',
  'bash',
  'dpkg-deb',
  'ip',
  'ldd',
  'mount',
  'nsenter',
  'setpriv',
  'tar',
  'unshare',
] as const

/** Uses the kernel as a node does, in its own namespaces. */
const TRIAL = `
mount -t tmpfs tmpfs /run
mkdir /run/lower /run/upper /run/work /run/merged
mount -t overlay -o lowerdir=/run/lower,upperdir=/run/upper,workdir=/run/work overlay /run/merged
ip link add bridge0 type bridge
ip link add end0 type veth peer name end1
nft add table ip trial
nft add chain ip trial postrouting '{ type nat hook postrouting priority 100; }'
nft add rule ip trial postrouting masquerade
`

/**
 * @param report - Called with the progress of downloads.
 * @returns Descriptions of what is missing; empty when a node can run here.
 */
export async function missingForNode(
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly string[]> {
  if (process.platform !== 'linux') return ['Linux']
  if (process.getuid?.() !== 0) return ['root']
  const commands = await missingCommands(env)
  if (commands.length > 0) return commands
  const failures = [
    await failureOf('cgroups (version 1)', async () => (await createNodeCgroups()).remove()),
    await failureOf('runc and nft of Debian', async () => {
      const tools = await findOrFetchDebianTools({ report, env })
      const PATH = `${tools}:${env['PATH'] ?? ''}`
      const namespaces =
        'unshare --mount --pid --fork --net --ipc --uts --cgroup --mount-proc bash -euc'
      const { code, stderr } = await runCommand({
        command: 'env',
        args: [...namespaces.split(' '), TRIAL],
        env: { ...env, PATH },
      })
      if (code !== 0) throw new Error(`namespaces, overlayfs, bridges or nftables: ${stderr}`)
    }),
  ]
  return failures.filter((failure) => failure !== undefined)
}

async function missingCommands(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const found = await Promise.all(
    COMMANDS.map(async (command) => {
      const { code } = await runCommand({
        command: '/bin/sh',
        args: ['-c', `command -v ${command}`],
        env,
      })
      return code === 0 ? [] : [`the command ${command}`]
    }),
  )
  return found.flat()
}

async function failureOf(what: string, attempt: () => Promise<void>): Promise<string | undefined> {
  try {
    await attempt()
    return undefined
  } catch (error) {
    return `${what} (${error instanceof Error ? error.message.trim() : String(error)})`
  }
}
