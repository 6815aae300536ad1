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
