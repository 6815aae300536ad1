/**
 * Free TCP ports on the loopback address. Nothing can reserve a port between finding it and the moment
 * another process binds it, so callers use `withPorts`, which tries again.
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessStartError } from './process.ts'

const ATTEMPTS = 4
const SAME_PORT_WAIT_MS = 250
/** Lets the system choose (bind(2)). */
const ANY_PORT = 0

/** Number of ports, and which to try first (such as those of an earlier run). */
export interface PortRequest {
  readonly count: number
  readonly preferred?: readonly number[]
}

/** Different ports on which no process currently listens. */
export async function freePorts(count: number): Promise<readonly number[]> {
  return bindAll(Array.from({ length: count }, () => ANY_PORT))
}

/**
 * Calls `start` with free ports, and again with others when a port was taken in the meantime.
 * @throws whatever `start` throws for another reason, or at the last attempt
 */
export async function withPorts<T>(
  request: PortRequest,
  start: (ports: readonly number[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const preferred = attempt === 1 ? (request.preferred ?? []) : []
    const isUsable = preferred.length === request.count && (await areFree(preferred))
    const ports = isUsable ? preferred : await freePorts(request.count)
    try {
      return await start(ports)
    } catch (error) {
      if (!isPortTaken(error) || attempt === ATTEMPTS) throw error
    }
  }
}

/**
 * Calls `start` again as long as its port is taken: while a server is down, the system may lend its
 * port to an outgoing connection for a moment.
 * @throws whatever `start` throws for another reason, or at the last attempt
 */
export async function withSamePort<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (!isPortTaken(error) || attempt === ATTEMPTS) throw error
      await sleep(SAME_PORT_WAIT_MS)
    }
  }
}

/**
 * Whether no process listens on these ports. Without this check, a caller that waits for a new server on a port
 * might get the answer of another one that was there before.
 */
async function areFree(ports: readonly number[]): Promise<boolean> {
  return bindAll(ports).then(
    () => true,
    () => false,
  )
}

/** Binds the ports for a moment and says which they were. @throws Error when one is taken */
async function bindAll(wanted: readonly number[]): Promise<readonly number[]> {
  const servers = wanted.map((port) => createServer().listen(port, '127.0.0.1'))
  // All are held open together, or the system might give the same port twice; and all have come to
  // listen or failed before the first is closed, or one might stay open.
  const bound = await Promise.allSettled(
    servers.map(async (server) => {
      await once(server, 'listening')
      return portOf(server.address())
    }),
  )
  for (const server of servers.filter(({ listening }) => listening)) {
    server.close()
    await once(server, 'close')
  }
  return bound.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

function isPortTaken(error: unknown): boolean {
  return error instanceof ProcessStartError && error.isPortTaken
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
