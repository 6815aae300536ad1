/**
 * The part of an object's metadata that the relay reads.
 *
 * @module
 */
import { z } from 'zod'

/** Kept small: every object in the store carries it. */
export const metadataSchema = z
  .object({
    name: z.string(),
    namespace: z.string().default(''),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.int().default(0),
    creationTimestamp: z.iso.datetime({ offset: true }),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ creationTimestamp, deletionTimestamp, ...rest }) => ({
    ...rest,
    createdMs: Date.parse(creationTimestamp),
    isDeleting: deletionTimestamp !== undefined,
  }))

export type Metadata = z.infer<typeof metadataSchema>

/** Names one object; `namespace` is empty for what is not namespaced. */
export interface ObjectRef {
  readonly namespace: string
  readonly name: string
}

/** Key of an object in stores and queues: `namespace/name`, or `name`. */
export const objectKey = ({ namespace, name }: ObjectRef): string =>
  namespace === '' ? name : `${namespace}/${name}`

/** The inverse of {@link objectKey}; a name never holds a slash. */
export function parseObjectKey(key: string): ObjectRef {
  const slash = key.indexOf('/')
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
