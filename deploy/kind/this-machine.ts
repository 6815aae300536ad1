import { isIPv4 } from 'node:net'
import { z } from 'zod'
import type { ProxyAddress } from './tls-proxy.ts'

const networksSchema = z.tuple([
  z.looseObject({
    IPAM: z.looseObject({ Config: z.array(z.looseObject({ Gateway: z.string().optional() })) }),
  }),
])

/**
 * Address of this machine for pods of a kind cluster. On Linux it is the gateway of Docker's network; on other systems
 * Docker runs in a virtual machine, which resolves a name for its host.
 *
 * @param network - What `docker network inspect kind` prints.
 * @throws Error when the network has no IPv4 gateway.
 */
export function thisMachine(platform: NodeJS.Platform, network: string): ProxyAddress {
  if (platform !== 'linux') {
    return { listenAddress: '127.0.0.1', host: 'host.docker.internal' }
  }
  const [{ IPAM }] = networksSchema.parse(JSON.parse(network))
  const gateway = IPAM.Config.map((config) => config.Gateway ?? '').find((one) => isIPv4(one))
  if (gateway === undefined) throw new Error('the network "kind" has no IPv4 gateway')
  return { listenAddress: gateway, host: gateway }
}
