import { once } from 'node:events'
import { createServer } from 'node:net'
import { freePorts, withPorts, withSamePort } from '@edge-issuer/testbed/processes/ports'
import { ProcessStartError } from '@edge-issuer/testbed/processes/process'
import { describe, it } from 'vitest'

const portTaken = new ProcessStartError('etcd ended', 'bind: address already in use')

describe('freePorts', () => {
  // Between finding a port and listening on it another process may take it: hence the attempts.
  it('gives different ports that can be listened on', { retry: 4 }, async ({ expect }) => {
    const ports = await freePorts(3)
    expect(new Set(ports).size).toBe(3)
    for (const port of ports) {
      const server = createServer().listen(port, '127.0.0.1')
      await once(server, 'listening')
      server.close()
    }
  })
})

describe('withPorts', () => {
  it('tries the preferred ports first, and others when one of them was taken', async ({
    expect,
  }) => {
    const tried: (readonly number[])[] = []
    const preferred = await freePorts(1)
    const result = await withPorts({ count: 1, preferred }, async (ports) => {
      tried.push(ports)
      if (tried.length < 3) throw portTaken
      return 'started'
    })
    expect(result).toBe('started')
    expect(tried).toHaveLength(3)
    expect(tried[0]).toBe(preferred)
    expect(tried[1]).not.toBe(preferred)
  })

  it('does not use a preferred port that is taken', async ({ expect }) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const [taken = 0] = [server.address()].map((address) =>
      typeof address === 'object' ? address?.port : 0,
    )
    const ports = await withPorts({ count: 1, preferred: [taken] }, async (found) => found)
    expect(ports).not.toContain(taken)
    server.close()
  })

  it('does not use preferred ports when there are too few of them', async ({ expect }) => {
    const ports = await withPorts({ count: 2, preferred: [7] }, async (found) => found)
    expect(ports).toHaveLength(2)
    expect(ports).not.toContain(7)
  })

  it('gives up after four attempts', async ({ expect }) => {
    let attempts = 0
    const start = async (): Promise<never> => {
      attempts++
      return Promise.reject(portTaken)
    }
    await expect(withPorts({ count: 1 }, start)).rejects.toBe(portTaken)
    expect(attempts).toBe(4)
  })

  it('does not try again after another failure', async ({ expect }) => {
    let attempts = 0
    const start = async (): Promise<never> => {
      attempts++
      return Promise.reject(new ProcessStartError('etcd ended', 'unknown flag'))
    }
    await expect(withPorts({ count: 1 }, start)).rejects.toThrow('unknown flag')
    expect(attempts).toBe(1)
  })
})

describe('withSamePort', () => {
  it('waits until the port is free again', async ({ expect }) => {
    let attempts = 0
    const result = await withSamePort(async () => {
      attempts++
      if (attempts < 2) throw portTaken
      return 'started'
    })
    expect({ result, attempts }).toEqual({ result: 'started', attempts: 2 })
  })

  it('does not try again after another failure', async ({ expect }) => {
    let attempts = 0
    const start = async (): Promise<never> => {
      attempts++
      return Promise.reject(new Error('unknown flag'))
    }
    await expect(withSamePort(start)).rejects.toThrow('unknown flag')
    expect(attempts).toBe(1)
  })
})
