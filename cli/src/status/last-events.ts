/**
 * The last Event of the relay about each object: what an object cannot say itself, such as that its status
 * could not be written.
 *
 * @module
 */
import { EVENT_REASON, REPORTING_CONTROLLER, type Resource } from '@edge-issuer/relay/cluster'
import { z } from 'zod'
import type { RelayStatus } from './report.ts'

/** By the core API, which Kubernetes' own role "view" may read. */
export const EVENT: Resource = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
}

/** Where Events about cluster-scoped objects are. */
export const CLUSTER_EVENTS_NAMESPACE = 'default'

/** Selects what the relay wrote. */
export const OUR_EVENTS_FIELD_SELECTOR = `reportingComponent=${REPORTING_CONTROLLER}`

/** An Event as the core API shows it; the relay sets no `lastTimestamp`. */
export const eventSchema = z.object({
  involvedObject: z.object({ uid: z.string().default('') }),
  reason: z.string().default(''),
  message: z.string().default(''),
  reportingComponent: z.string().default(''),
  /** The host name of the relay: its Pod's name. */
  reportingInstance: z.string().default(''),
  eventTime: z.iso.datetime().nullish(),
  series: z.object({ lastObservedTime: z.iso.datetime() }).nullish(),
})

export type RelayEvent = z.infer<typeof eventSchema>

/** What the relay said last of an object. */
export interface LastEvent {
  readonly reason: string
  readonly note: string
}

/**
 * @param relay - If one leads, only its Events count: what another reported may be over.
 * @returns By the uid of the object.
 */
export function lastEvents(
  events: readonly RelayEvent[],
  { leader, isLeading }: Pick<RelayStatus, 'isLeading' | 'leader'>,
): ReadonlyMap<string, LastEvent> {
  const last = new Map<string, LastEvent & { readonly atMs: number }>()
  for (const event of events) {
    const { involvedObject, reason, message: note, reportingComponent, reportingInstance } = event
    if (reportingComponent !== REPORTING_CONTROLLER) continue
    if (isLeading && leader !== null && !leader.startsWith(`${reportingInstance}_`)) continue
    const atMs = Date.parse(event.series?.lastObservedTime ?? event.eventTime ?? '')
    const before = last.get(involvedObject.uid)
    if (before === undefined || atMs > before.atMs) {
      last.set(involvedObject.uid, { reason, note, atMs })
    }
  }
  return last
}

/** @returns What the relay reported instead of a status that it could not write; null if it could. */
export const unwrittenNote = (event: LastEvent | undefined): string | null =>
  event?.reason === EVENT_REASON.statusNotWritten ? event.note : null
