/**
 * The object of an event, by the rules that the API server checks
 * (kubernetes pkg/apis/core/validation/events.go).
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { visibleText } from '@edge-issuer/shared'
import { cutMessage } from '../api/cut-message.ts'
import { microTime } from '../api/time.ts'
import type { EventObject } from '../kube/ports.ts'

/** What happened, to which object. */
export interface EventDraft {
  /** The object it is about. Without a namespace, or with an empty one, it is cluster-scoped. */
  readonly regarding: EventObject['regarding']
  readonly type: 'Normal' | 'Warning'
  /** Why, for machines: a constant in CamelCase, at most 128 characters. */
  readonly reason: string
  /** What was done, for machines: a constant in CamelCase, at most 128 characters. */
  readonly action: string
  /** What happened, for users; cut to 1,024 bytes, except for a request id at its end. */
  readonly note: string
}

/** Who saw it, and when. */
export interface EventOrigin {
  /** A qualified name: `group/name`. */
  readonly reportingController: string
  /** Cut to 128 characters. */
  readonly reportingInstance: string
  /** Epoch milliseconds. */
  readonly nowMs: number
}

const MAX_NOTE_BYTES = 1_024
const MAX_INSTANCE_LENGTH = 128
/** Names are DNS subdomains (RFC 1123). */
const MAX_NAME_LENGTH = 253
/** Where events about cluster-scoped objects live. */
const CLUSTER_EVENTS_NAMESPACE = 'default'

/** Makes the object of a new event, under a name that no other event has. */
export function eventObject(draft: EventDraft, origin: EventOrigin): EventObject {
  const { namespace, ...regarding } = draft.regarding
  const isNamespaced = namespace !== undefined && namespace !== ''
  return {
    metadata: {
      name: eventName(regarding.name),
      namespace: isNamespaced ? namespace : CLUSTER_EVENTS_NAMESPACE,
    },
    eventTime: microTime(origin.nowMs),
    reportingController: origin.reportingController,
    reportingInstance: origin.reportingInstance.slice(0, MAX_INSTANCE_LENGTH),
    type: draft.type,
    reason: draft.reason,
    action: draft.action,
    note: cutMessage(visibleText(draft.note), MAX_NOTE_BYTES),
    regarding: isNamespaced ? { ...regarding, namespace } : regarding,
  }
}

/** @returns The event after it was repeated at `nowMs`. */
export function happenedAgain(event: EventObject, nowMs: number): EventObject {
  const count = (event.series?.count ?? 1) + 1
  return { ...event, series: { count, lastObservedTime: microTime(nowMs) } }
}

/** The object's name, which makes it readable, and 64 random bits. */
function eventName(name: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`
  // Each label must end in a letter or a digit, also the one that was cut.
  const prefix = name.slice(0, MAX_NAME_LENGTH - suffix.length).replace(/[^a-z0-9]+$/u, '')
  return prefix + suffix
}
