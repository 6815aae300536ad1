/**
 * The link between this machine and a node: a pair of virtual interfaces, with a subnet of two
 * addresses out of the range for tests of networks (RFC 2544 appendix C.2.2).
 *
 * @module
 */
import { randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import type { NodeNamespaces } from './namespaces.ts'

/** 198.18.0.0/15 */
const RANGE_START = [198, 18] as const
const RANGE_BITS = 15
const SUBNET_BITS = 30
const UNLINK_TIMEOUT_MS = 120_000

/** IPv4 addresses. */
export interface LinkAddresses {
  /** This machine's address, where the node and its Pods find what runs outside. */
  readonly machine: string
  readonly node: string
}

/** Chooses a subnet that no interface of this machine uses. */
export function chooseAddresses(): LinkAddresses {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []),
  )
  for (;;) {
    const offset = randomInt(2 ** (SUBNET_BITS - RANGE_BITS)) * 2 ** (32 - SUBNET_BITS)
    const addresses = { machine: addressAt(offset + 1), node: addressAt(offset + 2) }
    if (!taken.has(addresses.machine)) return addresses
  }
}

function addressAt(offset: number): string {
  const [first, second] = RANGE_START
  return [first, second + (offset >> 16), (offset >> 8) & 0xff, offset & 0xff].join('.')
}

/** Name of the interface on this machine's side; the kernel allows 15 characters. */
const interfaceName = (nodePid: number): string => `einode${nodePid}`

/**
 * Makes this machine's end of the link, which holds its address from then on. The other end lies in the
 * node, and with the node's network namespace both are gone.
 */
export async function linkMachine(
  { pid, run }: NodeNamespaces,
  { machine, node }: LinkAddresses,
): Promise<void> {
  const name = interfaceName(pid)
  await ip(`link add ${name} type veth peer name uplink netns ${pid}`)
  await ip(`address add ${machine}/${SUBNET_BITS} dev ${name}`)
  await ip(`link set ${name} up`)
  for (const command of [
    `address add ${node}/${SUBNET_BITS} dev uplink`,
    'link set uplink up',
    `route add default via ${machine}`,
  ]) {
    await run({ command: 'ip', args: command.split(' ') })
  }
}

/**
 * Waits until this machine's end of the link is gone, a moment after the node's processes are.
 * @throws Error when it stays
 */
export async function waitUntilUnlinked(nodePid: number): Promise<void> {
  await pollUntil({
    what: `the interface ${interfaceName(nodePid)} to be gone`,
    probe: async () => !(await fileExists(`/sys/class/net/${interfaceName(nodePid)}`)),
    timeoutMs: UNLINK_TIMEOUT_MS,
  })
}

async function ip(command: string): Promise<void> {
  const args = command.split(' ')
  const { code, stderr } = await runCommand({
    command: 'ip',
    args,
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(`ip ${command}: ${stderr}`)
}
