import { err, ok, type Result } from '@edge-issuer/shared'
import type { Entry, Kubeconfig } from './read-kubeconfig.ts'
import type { Cluster, User } from './schema.ts'

/** A cluster, and who to be there. */
export interface Selection {
  readonly cluster: Entry<Cluster>
  /** Absent for a context without a user: requests are anonymous. */
  readonly user: Entry<User> | undefined
}

const MAX_NAMES = 10

/**
 * Follows a context to its cluster and its user. Unlike kubectl, which is anonymous then, it refuses a
 * context whose user does not exist.
 *
 * @param wanted - A context; empty for the current one.
 * @returns An error text with the file, the entry and what there is instead.
 */
export function selectContext(kubeconfig: Kubeconfig, wanted: string): Result<Selection, string> {
  const { contexts, clusters, users, currentContext } = kubeconfig
  const files = filesText(kubeconfig)
  const name = wanted === '' ? currentContext : wanted
  if (name === '') {
    return err(
      `${files} sets no current-context; choose a context (kubectl config use-context NAME) out of: ${namesText(contexts)}`,
    )
  }
  const context = contexts.get(name)
  if (context === undefined) {
    const source = wanted === '' ? 'its current-context, ' : ''
    return err(
      `${files} has no context ${source}${JSON.stringify(name)}; its contexts are: ${namesText(contexts)}`,
    )
  }
  const where = `the context ${JSON.stringify(name)} in ${context.file}`
  if (context.value.cluster === '') return err(`${where} names no cluster`)
  const cluster = clusters.get(context.value.cluster)
  if (cluster === undefined) {
    return err(
      `${where} names the cluster ${JSON.stringify(context.value.cluster)}, which does not exist; the clusters are: ${namesText(clusters)}`,
    )
  }
  const user = users.get(context.value.user)
  if (user === undefined && context.value.user !== '') {
    return err(
      `${where} names the user ${JSON.stringify(context.value.user)}, which does not exist; the users are: ${namesText(users)}`,
    )
  }
  return ok({ cluster, user })
}

const filesText = ({ files }: Kubeconfig): string => `the kubeconfig ${files.join(', ')}`

function namesText(entries: ReadonlyMap<string, unknown>): string {
  if (entries.size === 0) return '(none)'
  const names = [...entries.keys()].slice(0, MAX_NAMES).map((name) => JSON.stringify(name))
  return [...names, ...(entries.size > MAX_NAMES ? ['…'] : [])].join(', ')
}
