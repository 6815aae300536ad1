/**
 * Finds the last Event of the relay about each object. Events report what the status cannot, for example that the
 * status could not be written.
 *
 * @module
 */
import { EVENT_REASON, REPORTING_CONTROLLER, type Resource } from '@edge-issuer/relay/cluster'
import { z } from 'zod'
import type { RelayStatus } from './report.ts'

/** Events of the core API, which the Kubernetes role "view" may read. */
export const EVENT: Resource = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
}

/** Namespace of Events about cluster-scoped objects. */
export const CLUSTER_EVENTS_NAMESPACE = 'default'

/** Selects the Events of the relay. */
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

/** The last Event about an object. */
export interface LastEvent {
  readonly reason: string
  readonly note: string
}

/**
 * @param relay - If a relay leads, Events of other relays are ignored, since they may be outdated.
 * @returns The last Event by the uid of the object.
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

/** @returns The note of the last Event if the relay could not write the status; null otherwise. */
export const unwrittenNote = (event: LastEvent | undefined): string | null =>
  event?.reason === EVENT_REASON.statusNotWritten ? event.note : null
