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
  /** What happened, for people; cut to 1,024 bytes. */
  readonly note: string
}

/** Takes events. The one thing that it promises is not to be in the way. */
export interface EventRecorder {
  /** Returns at once and never throws; the event is written later, or dropped and counted. */
  record(event: EventDraft): void
  /** Writes what waits, within `limitMs`, then ends; later events are dropped. */
  stop(limitMs: number): Promise<void>
}
