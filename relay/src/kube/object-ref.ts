/** The name of an object; without `namespace` it is cluster-scoped. */
export interface ObjectRef {
  readonly namespace?: string
  readonly name: string
}

/** The name of an object in a namespace. */
export interface NamespacedRef extends ObjectRef {
  readonly namespace: string
}

/** The key of an object in stores and queues: `namespace/name`, or `name` for a cluster-scoped one. */
export function objectKey(ref: ObjectRef): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`
}

/** The inverse of {@link objectKey}. No name and no namespace holds a slash (RFC 1123 names). */
export function refOfKey(key: string): ObjectRef {
  const slash = key.indexOf('/')
  if (slash === -1) return { name: key }
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
