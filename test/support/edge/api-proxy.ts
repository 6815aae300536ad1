/**
 * A fault proxy in front of the API server, and a kubeconfig that uses it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { writeKubeconfig } from '@edge-issuer/testbed/control-plane/kubeconfig'
import { parse } from 'yaml'
import { z } from 'zod'
import { apiCallKind } from '../fault-proxy/call.ts'
import { type FaultProxy, startFaultProxy } from '../fault-proxy/proxy.ts'
import { kubernetesRefusal } from '../fault-proxy/refusal.ts'

/** A proxy, and a kubeconfig that uses it. */
export interface ApiProxy extends FaultProxy {
  /** Path of a kubeconfig with the permissions of the given one. */
  readonly kubeconfig: string
}

const kubeconfigSchema = z.object({
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
})

/** Options of {@link startApiProxy}. */
export interface ApiProxyOptions {
  /** Path of a kubeconfig with a bearer token; a client certificate does not work through a proxy. */
  readonly kubeconfig: string
  /** Name of the new kubeconfig; each name has one proxy. */
  readonly name?: string
  /** Starts another proxy in front. Gets the proxy's port, and returns its own. */
  readonly before?: (port: number) => Promise<number>
}

/** Starts a proxy in front of the API server. */
export async function startApiProxy(
  plane: ControlPlane,
  { kubeconfig, name = 'through-proxy', before }: ApiProxyOptions,
): Promise<ApiProxy> {
  const proxy = await startFaultProxy({
    upstream: () => ({ url: plane.server, caPem: plane.caPem }),
    kindOf: apiCallKind,
    refusal: kubernetesRefusal,
  })
  const { users } = kubeconfigSchema.parse(parse(await readFile(kubeconfig, 'utf8')))
  const port = Number(new URL(proxy.url).port)
  const through = await writeKubeconfig({
    folder: plane.directory,
    name,
    server: before === undefined ? proxy.url : `https://127.0.0.1:${String(await before(port))}`,
    caPem: proxy.caPem,
    login: { kind: 'token', token: users[0].user.token },
  })
  return Object.assign(proxy, { kubeconfig: through })
}
