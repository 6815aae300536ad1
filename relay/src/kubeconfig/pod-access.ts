/**
 * What Kubernetes puts into a Pod for its service account
 * (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { isIP, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Clock } from '../queue/clock.ts'
import { type Access, createAccess } from './access.ts'
import { cachedFile } from './cached-file.ts'
import { tokenLogin } from './login.ts'

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Options of {@link podAccess}. */
export interface PodOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Where the service account is mounted. */
  readonly folder?: string
}

/**
 * The API server of the Pod's own cluster. Proxies of the environment do not count: they are for the
 * workers, and a NO_PROXY without the cluster's service network would cut the relay off.
 *
 * @returns An error text when this is not a Pod.
 */
export function podAccess(options: PodOptions): Result<Access, string> {
  const { environment, clock, folder = SERVICE_ACCOUNT_FOLDER } = options
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? ''
  if (host === '') {
    return err('this is not a pod (KUBERNETES_SERVICE_HOST is not set) and no kubeconfig was given')
  }
  const isHost = isIP(host) !== 0 || /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/iu.test(host)
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  if (!isHost || !/^\d{1,5}$/u.test(port) || !URL.canParse(server)) {
    return err(
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are malformed; expected the address and the port of the API server, which Kubernetes sets in every pod',
    )
  }
  const file = (name: string, entry: string): ReturnType<typeof cachedFile> =>
    cachedFile({ path: join(folder, name), entry: `the ${entry} of the pod`, clock })
  return ok(
    createAccess({
      server,
      authority: file('ca.crt', 'certificate authority'),
      login: tokenLogin(file('token', 'service account token')),
      headers: {},
      tlsServerName: '',
      isVerified: true,
      proxyFor: () => undefined,
    }),
  )
}

/** @returns The namespace of this Pod; `undefined` outside of one. */
export function podNamespace(folder = SERVICE_ACCOUNT_FOLDER): string | undefined {
  const path = join(folder, 'namespace')
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
