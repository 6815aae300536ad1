/**
 * The Event for requests that wait for an approval: without the permission to approve requests for our issuers
 * cert-manager ignores them, and does not report it where users look.
 *
 * @module
 */
import { GROUP } from '../api/group.ts'
import { EVENT_ACTION, EVENT_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import type { EventNote } from './status-messages.ts'

/** The ClusterRole in `deploy/rbac/cert-manager-approve.yaml`, named as every external issuer names it. */
export const APPROVE_ROLE = `cert-manager-controller-approve:${GROUP.replaceAll('.', '-')}`

/** Approvers usually take less than a second. */
const APPROVAL_GRACE_MS = 30_000

/** @returns Milliseconds until a request without an approval is reported; 0 when it is due. */
export const helpInMs = ({ metadata }: AnyRequest, nowMs: number): number =>
  Math.max(0, metadata.createdMs + APPROVAL_GRACE_MS - nowMs)

/** An Event that says what a request waits for, and what may be missing. */
export type ApprovalHelp = EventNote & { readonly note: string }

/** An Event for a request that no one approved. @param note - What the request waits for. */
export const waitingForApproval = (note: string): ApprovalHelp => ({
  type: 'Normal',
  reason: EVENT_REASON.waitingForApproval,
  action: EVENT_ACTION.synced,
  note,
})
