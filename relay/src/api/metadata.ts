/**
 * The part of an object's metadata that the relay reads.
 *
 * @module
 */
import { z } from 'zod'
import { digestOf } from './digest.ts'

/** What is read of it. {@link Metadata.isPartial} is for objects that are kept in memory. */
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
    /** Differs when the annotations do. */
    annotationsHash: annotationsHash(rest.annotations),
    /** Whether fields of the object were dropped to save memory: read it live before using them. */
    isPartial: false,
  }))

export type Metadata = z.infer<typeof metadataSchema>

function annotationsHash(annotations: Readonly<Record<string, string>>): string {
  const entries = Object.entries(annotations)
  if (entries.length === 0) return ''
  return digestOf(JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}
