import type { Resource } from '../api/group.ts'
import type { ObjectRef } from './object-ref.ts'

/** The path of a collection: all namespaces when `namespace` is absent. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const { group, version, plural } = resource
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${scope}/${plural}`
}

/** The path of one object. */
export function objectPath(resource: Resource, ref: ObjectRef): string {
  return `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`
}
