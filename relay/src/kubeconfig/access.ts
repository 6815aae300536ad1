/**
 * Access to one API server: its URL, the trusted roots, the credentials, and the proxy.
 *
 * @module
 */
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import type { ProxyFor } from '../net/proxy.ts'
import type { TextSource } from './cached-file.ts'
import type { Identity, Login } from './login.ts'

/** The trusted roots, and the client certificate if there is one. */
export type TlsMaterial = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'checkServerIdentity' | 'key' | 'rejectUnauthorized' | 'servername'
>

/** What one request needs. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly tls: TlsMaterial
  readonly identity: Identity
}

/** Access to one API server. */
export interface Access {
  /** Its URL without a slash at the end; it may have a path. */
  readonly server: string
  readonly proxyFor: ProxyFor
  /**
   * Called for each request; files and plugins are asked again only when that is due.
   * @throws Error that names the entry and what was expected
   */
  credentials(): Promise<Credentials>
  /** The API server answered 401 to these: the next ones are new, if there are any. */
  rejected(credentials: Credentials): void
  /** The connection failed: the next credentials have the files as they are then. */
  unreachable(): void
  /** Kills a running plugin. */
  close(): void
}

/** Options for an {@link Access}. */
export interface AccessOptions {
  readonly server: string
  readonly authority: TextSource | undefined
  readonly login: Login
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Expected in the certificate instead of the host; empty for the host. */
  readonly tlsServerName: string
  readonly isVerified: boolean
  readonly proxyFor: ProxyFor
}

/** Over plain HTTP no credentials are sent, as kubectl does. */
export function createAccess(options: AccessOptions): Access {
  const { server, authority, login, headers, tlsServerName, isVerified, proxyFor } = options
  const isSecure = new URL(server).protocol === 'https:'
  return {
    server,
    proxyFor,
    credentials: async () => {
      if (!isSecure) return { headers, tls: {}, identity: {} }
      const identity = await login.identity()
      const { authorization, certificate } = identity
      return {
        identity,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        tls: {
          ...certificate,
          ...(authority === undefined ? {} : { ca: await authority.read() }),
          // Explicit, so that only a kubeconfig's insecure-skip-tls-verify turns it off.
          rejectUnauthorized: isVerified,
          ...serverName(tlsServerName),
        },
      }
    },
    rejected: ({ identity }) => login.rejected(identity),
    unreachable: () => {
      authority?.refresh()
      login.refresh()
    },
    close: () => login.close(),
  }
}

function serverName(name: string): TlsMaterial {
  if (name === '') return {}
  // An address is no server name in TLS (RFC 6066 §3), and Node.js will ignore it as one.
  if (isIP(name) === 0) return { servername: name }
  return { checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) }
}
