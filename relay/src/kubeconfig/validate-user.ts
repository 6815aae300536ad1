import type { Entry } from './read-kubeconfig.ts'
import type { ExecConfig, User } from './schema.ts'

/** The versions of `client.authentication.k8s.io` that client-go accepts. */
const EXEC_API_VERSIONS: ReadonlySet<string> = new Set([
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
])
const INTERACTIVE_MODES: ReadonlySet<string> = new Set(['Never', 'IfAvailable', 'Always'])

/**
 * What kubectl refuses as well (client-go `validateAuthInfo`), and `auth-provider`.
 *
 * @returns An error text that names the file, the entry and what was expected; `undefined` if all is well.
 */
export function userProblem({ name, file, value }: Entry<User>): string | undefined {
  const problem =
    providerProblem(value) ??
    methodsProblem(value) ??
    certificateProblem(value) ??
    impersonationProblem(value) ??
    execProblem(value.exec ?? undefined)
  return problem === undefined
    ? undefined
    : `the user ${JSON.stringify(name)} in ${file} ${problem}`
}

function providerProblem({ 'auth-provider': provider }: User): string | undefined {
  if (provider === null || provider === undefined) return undefined
  return `has an auth-provider (${JSON.stringify(provider.name)}), which Kubernetes replaced by exec plugins and which is not supported; use an exec plugin, such as kubelogin for oidc, or a token`
}

function methodsProblem(user: User): string | undefined {
  const hasToken = user.token !== '' || user.tokenFile !== ''
  const hasPassword = user.username !== '' || user.password !== ''
  return hasToken && hasPassword
    ? 'has both a token and a username or password; expected one of them'
    : undefined
}

function certificateProblem(user: User): string | undefined {
  const certificate = both(user, 'client-certificate', 'client-certificate-data')
  const key = both(user, 'client-key', 'client-key-data')
  if (certificate === 'none') return undefined
  if (certificate === 'both') {
    return 'has both client-certificate and client-certificate-data; expected one of them'
  }
  if (key === 'both') return 'has both client-key and client-key-data; expected one of them'
  return key === 'none'
    ? 'has a client certificate without its key; expected client-key or client-key-data'
    : undefined
}

function both(
  user: User,
  file: 'client-certificate' | 'client-key',
  data: 'client-certificate-data' | 'client-key-data',
): 'none' | 'one' | 'both' {
  if (user[file] !== '' && user[data] !== '') return 'both'
  return user[file] === '' && user[data] === '' ? 'none' : 'one'
}

function impersonationProblem(user: User): string | undefined {
  const extra = user['as-user-extra']
  if (user.as === '') {
    return user['as-uid'] !== '' || user['as-groups'].length > 0 || Object.keys(extra).length > 0
      ? 'has as-uid, as-groups or as-user-extra without as; expected the user to impersonate'
      : undefined
  }
  const values = [user.as, user['as-uid'], ...user['as-groups'], ...Object.values(extra).flat()]
  return values.every((value) => isHeaderValue(value))
    ? undefined
    : 'impersonates (as, as-uid, as-groups, as-user-extra) with control characters, which no HTTP header can carry'
}

function execProblem(exec: ExecConfig | undefined): string | undefined {
  if (exec === undefined) return undefined
  if (exec.command === '') return 'has an exec plugin without a command'
  if (!EXEC_API_VERSIONS.has(exec.apiVersion)) {
    return `has an exec plugin with the apiVersion ${JSON.stringify(exec.apiVersion)}; expected ${[...EXEC_API_VERSIONS].join(' or ')}`
  }
  if (exec.env.some(({ name }) => name === '')) {
    return 'has an exec plugin with an env variable without a name'
  }
  // v1beta1 alone has a default (client-go SetDefaults_ExecConfig).
  if (exec.interactiveMode === '' && exec.apiVersion.endsWith('/v1beta1')) return undefined
  return INTERACTIVE_MODES.has(exec.interactiveMode)
    ? undefined
    : `has an exec plugin with the interactiveMode ${JSON.stringify(exec.interactiveMode)}; expected ${[...INTERACTIVE_MODES].join(', ')}`
}

/** Whether HTTP can carry it as UTF-8 (RFC 9110 §5.5). */
export const isHeaderValue = (value: string): boolean => !/[^\P{Cc}\t]/u.test(value)
