/**
 * Who the caller of an API server is, and with what it shows that: a token, a password, a client
 * certificate, or what an exec plugin gives.
 *
 * @module
 */
import type { Clock } from '../queue/clock.ts'
import { cachedFile, inlineText, type TextSource } from './cached-file.ts'
import type { ExecCredential } from './exec-credential.ts'
import { ExecPlugin, type PluginSurroundings } from './exec-plugin.ts'
import type { Entry } from './read-kubeconfig.ts'
import type { Cluster, User } from './schema.ts'
import { isHeaderValue } from './validate-user.ts'

/** What one request shows. */
export interface Identity {
  /** Value of the header; a secret. */
  readonly authorization?: string
  /** PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** Where both are from, if an exec plugin gave them. */
  readonly credential?: ExecCredential
}

/** A source of identities, which are renewed. */
export interface Login {
  /** @throws Error that names the entry and what was expected */
  identity(): Promise<Identity>
  /** The API server answered 401 to this one. */
  rejected(identity: Identity): void
  /** Reads the files again the next time. */
  refresh(): void
  close(): void
}

/** No credentials: requests are anonymous. */
export const ANONYMOUS: Login = {
  identity: async () => Promise.resolve({}),
  rejected: () => undefined,
  refresh: () => undefined,
  close: () => undefined,
}

/** Shows a token, as the service account of a Pod does. */
export function tokenLogin(token: TextSource): Login {
  return {
    ...ANONYMOUS,
    identity: async () => ({ authorization: bearer(await token.read()) }),
    rejected: () => token.refresh(),
    refresh: () => token.refresh(),
  }
}

/** What a login of a kubeconfig's user depends on. */
export interface LoginOptions {
  readonly user: Entry<User>
  readonly cluster: Cluster
  readonly authority: TextSource | undefined
  readonly clock: Clock
  readonly surroundings: PluginSurroundings
}

/**
 * The login of a user without a problem (`userProblem`). A plugin counts only without a token, a
 * password and a client certificate (client-go `Authenticator.UpdateTransportConfig`).
 */
export function userLogin(options: LoginOptions): Login {
  const { user } = options
  const authorization = authorizationOf(options)
  const certificate = certificateOf(options)
  const { exec } = user.value
  if (
    exec !== null &&
    exec !== undefined &&
    authorization === undefined &&
    certificate === undefined
  ) {
    return execLogin(new ExecPlugin({ ...options, exec }))
  }
  const refresh = (): void => {
    authorization?.refresh()
    certificate?.cert.refresh()
    certificate?.key.refresh()
  }
  return {
    ...ANONYMOUS,
    identity: async () => ({
      ...(authorization === undefined ? {} : { authorization: await authorization.read() }),
      ...(certificate === undefined
        ? {}
        : {
            certificate: { cert: await certificate.cert.read(), key: await certificate.key.read() },
          }),
    }),
    rejected: refresh,
    refresh,
  }
}

function execLogin(plugin: ExecPlugin): Login {
  return {
    ...ANONYMOUS,
    identity: async () => {
      const credential = await plugin.credential()
      const { token, certificate } = credential
      return {
        credential,
        ...(token === undefined ? {} : { authorization: bearer(token) }),
        ...(certificate === undefined ? {} : { certificate }),
      }
    },
    rejected: ({ credential }) => {
      if (credential !== undefined) plugin.rejected(credential)
    },
    close: () => plugin.close(),
  }
}

/** A token file wins over a token as long as it can be read. */
function authorizationOf({ user, clock }: LoginOptions): TextSource | undefined {
  const { token, tokenFile, username, password } = user.value
  if (tokenFile !== '') {
    const file = cachedFile({ path: tokenFile, entry: entryText('tokenFile', user), clock })
    return {
      read: async () =>
        bearer(token === '' ? await file.read() : await file.read().catch(() => token)),
      refresh: () => file.refresh(),
    }
  }
  if (token !== '') return { ...inlineText(''), read: async () => Promise.resolve(bearer(token)) }
  if (username === '') return undefined
  return inlineText(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
}

function certificateOf(
  options: LoginOptions,
): { readonly cert: TextSource; readonly key: TextSource } | undefined {
  const { value } = options.user
  if (value['client-certificate'] === '' && value['client-certificate-data'] === '')
    return undefined
  return {
    cert: pem(options, 'client-certificate'),
    key: pem(options, 'client-key'),
  }
}

function pem(
  { user, clock }: LoginOptions,
  field: 'client-certificate' | 'client-key',
): TextSource {
  const path = user.value[field]
  return path === ''
    ? inlineText(user.value[`${field}-data`])
    : cachedFile({ path, entry: entryText(field, user), clock })
}

const entryText = (field: string, { name, file }: Entry<User>): string =>
  `the ${field} of the user ${JSON.stringify(name)} in ${file}`

/** @throws Error for a token that no header can carry, which it does not quote */
function bearer(token: string): string {
  if (!isHeaderValue(token) || /[^\0-\x7f]/u.test(token)) {
    throw new Error(
      'the token has control characters or characters outside ASCII; expected one line',
    )
  }
  return `Bearer ${token}`
}
