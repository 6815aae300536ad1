/**
 * The Ready condition that is written for a {@link ConditionUpdate}.
 *
 * @module
 */
import { type Condition, findCondition } from '../api/condition.ts'
import { oneLine } from '../api/one-line.ts'
import { READY } from '../api/reasons.ts'
import { keptMessage } from './kept-text.ts'
import { stableText } from './stable-text.ts'
import type { ConditionUpdate } from './status-messages.ts'

/** Longest message that is written; metav1.Condition allows 32,768, which no one reads. */
export const MAX_MESSAGE_CHARACTERS = 2_048

/**
 * The Ready condition after `update`. Its transition time moves only when its status does
 * (metav1.Condition).
 *
 * @param existing - The object's conditions now.
 * @param at - The time, and for issuers the generation that the condition is about.
 */
export function readyCondition(
  existing: readonly Condition[],
  update: ConditionUpdate<string>,
  at: { readonly nowMs: number; readonly observedGeneration?: number },
): Condition {
  const before = findCondition(existing, READY)
  const { status, reason, message } = update
  const isSameStatus = before?.status === status && before.lastTransitionMs > 0
  return {
    type: READY,
    status,
    reason,
    message: oneLine(message, MAX_MESSAGE_CHARACTERS),
    observedGeneration: at.observedGeneration ?? 0,
    lastTransitionMs: isSameStatus ? before.lastTransitionMs : at.nowMs,
  }
}

/** Whether `next` says anything new; another request id, time or address does not. */
export function isReadyChanged(existing: readonly Condition[], next: Condition): boolean {
  const before = findCondition(existing, READY)
  return (
    before === undefined ||
    before.status !== next.status ||
    before.reason !== next.reason ||
    stableText(keptMessage(before.message)) !== stableText(keptMessage(next.message)) ||
    before.observedGeneration !== next.observedGeneration
  )
}
