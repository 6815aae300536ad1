/**
 * Reads and merges kubeconfigs as client-go's `ClientConfigLoadingRules.Load` does.
 *
 * @module
 */
import { dirname, resolve, sep } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { oneLine } from '../api/one-line.ts'
import { readBoundedFile } from './bounded-file.ts'
import type { KubeconfigFiles } from './find-files.ts'
import { parseYaml } from './parse-yaml.ts'
import { type Cluster, type Context, kubeconfigSchema, type User } from './schema.ts'

/** An entry with the file that it is from. */
export interface Entry<T> {
  readonly name: string
  readonly file: string
  readonly value: T
}

type Entries<T> = ReadonlyMap<string, Entry<T>>

/** One kubeconfig, or several merged; paths in it are absolute. */
export interface Kubeconfig {
  /** Those that were read. */
  readonly files: readonly string[]
  /** Those that do not exist. */
  readonly missing: readonly string[]
  readonly clusters: Entries<Cluster>
  readonly users: Entries<User>
  readonly contexts: Entries<Context>
  /** Empty when no file sets it. */
  readonly currentContext: string
}

/** More than the kubeconfig of a thousand clusters. */
const MAX_FILE_BYTES = 8 * 1_048_576
const MAX_ISSUES = 3
const MAX_ERROR_CHARACTERS = 2_048

/**
 * Of entries with the same name, and of current contexts, the first file's wins.
 *
 * @returns An error text that names the file, the field and what was expected, and quotes no value.
 */
export async function readKubeconfig(files: KubeconfigFiles): Promise<Result<Kubeconfig, string>> {
  const mustExist = typeof files === 'string'
  const read: Kubeconfig[] = []
  const missing: string[] = []
  for (const path of mustExist ? [files] : files) {
    const text = await readBoundedFile(path, MAX_FILE_BYTES)
    if (!text.ok && text.error.code === 'ENOENT' && !mustExist) {
      missing.push(path)
      continue
    }
    if (!text.ok) return err(`the kubeconfig ${path} cannot be read: ${text.error.reason}`)
    const one = parseKubeconfig(path, text.value)
    if (!one.ok) {
      const problem = oneLine(one.error, MAX_ERROR_CHARACTERS)
      return err(`the kubeconfig ${path} is malformed: ${problem}`)
    }
    read.push(one.value)
  }
  return ok({
    files: read.flatMap((one) => one.files),
    missing,
    clusters: firstWins(read.map(({ clusters }) => clusters)),
    users: firstWins(read.map(({ users }) => users)),
    contexts: firstWins(read.map(({ contexts }) => contexts)),
    currentContext: read.find((one) => one.currentContext !== '')?.currentContext ?? '',
  })
}

function parseKubeconfig(file: string, text: string): Result<Kubeconfig, string> {
  const yaml = parseYaml(text)
  if (!yaml.ok) return yaml
  const parsed = kubeconfigSchema.safeParse(yaml.value)
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, MAX_ISSUES)
    return err(issues.map(({ path, message }) => `${pathText(path)}: ${message}`).join('; '))
  }
  const { data } = parsed
  const clusters = entriesOf(file, data.clusters, ({ cluster }) => locateCluster(file, cluster))
  const users = entriesOf(file, data.users, ({ user }) => locateUser(file, user))
  const contexts = entriesOf(file, data.contexts, ({ context }) => context)
  if (!clusters.ok) return err(`clusters: ${clusters.error}`)
  if (!users.ok) return err(`users: ${users.error}`)
  if (!contexts.ok) return err(`contexts: ${contexts.error}`)
  return ok({
    files: [file],
    missing: [],
    clusters: clusters.value,
    users: users.value,
    contexts: contexts.value,
    currentContext: data['current-context'],
  })
}

function entriesOf<N extends { readonly name: string }, T>(
  file: string,
  list: readonly N[],
  valueOf: (named: N) => T,
): Result<Entries<T>, string> {
  const entries = new Map<string, Entry<T>>()
  for (const named of list) {
    const { name } = named
    if (entries.has(name)) return err(`the name ${JSON.stringify(name)} is there twice`)
    entries.set(name, { name, file, value: valueOf(named) })
  }
  return ok(entries)
}

function firstWins<T>(maps: readonly Entries<T>[]): Entries<T> {
  const merged = new Map<string, Entry<T>>()
  for (const entries of maps.toReversed())
    for (const [name, entry] of entries) merged.set(name, entry)
  return merged
}

/** Paths are relative to the file that they are in. */
const located = (file: string, path: string): string =>
  path === '' ? '' : resolve(dirname(file), path)

function locateCluster(file: string, cluster: Cluster): Cluster {
  return {
    ...cluster,
    'certificate-authority': located(file, cluster['certificate-authority']),
  }
}

function locateUser(file: string, user: User): User {
  const { exec } = user
  return {
    ...user,
    'client-certificate': located(file, user['client-certificate']),
    'client-key': located(file, user['client-key']),
    tokenFile: located(file, user.tokenFile),
    exec:
      exec === null || exec === undefined
        ? undefined
        : // A bare name is searched in PATH.
          {
            ...exec,
            command: exec.command.includes(sep) ? located(file, exec.command) : exec.command,
          },
  }
}

/** `users[0].user.token`. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./u, '')
  return text === '' ? 'the document' : text
}
