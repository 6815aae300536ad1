/**
 * A suspended replica (SIGSTOP, a frozen virtual machine) resumes in the middle of its work, and may continue it
 * before the timer that ends its leadership. So leadership is checked by the clock before each reconcile, and
 * again before each write.
 *
 * @module
 */
import { err, type Result } from '@edge-issuer/shared'
import type { ApiError } from '../kube/api-error.ts'
import type { Kube } from '../kube/ports.ts'
import type { Reconciler } from '../reconcile/controller.ts'

const MESSAGE = 'this replica no longer leads'

const refusal = (): Result<never, ApiError> => err({ kind: 'unavailable', message: MESSAGE })

/** @returns A connection that refuses to write status and Events while this replica does not lead. */
export const fencedKube = (kube: Kube, isLeading: () => boolean): Kube => ({
  ...kube,
  applyStatus: async (write, signal) => (isLeading() ? kube.applyStatus(write, signal) : refusal()),
  createEvent: async (event, signal) => (isLeading() ? kube.createEvent(event, signal) : refusal()),
  updateEventSeries: async (ref, series, signal) =>
    isLeading() ? kube.updateEventSeries(ref, series, signal) : refusal(),
})

/** @returns A reconciler that does nothing, and calls no worker, while this replica does not lead. */
export const fencedReconciler = (reconciler: Reconciler, isLeading: () => boolean): Reconciler => ({
  reconcile: async (key, signal) =>
    isLeading() ? reconciler.reconcile(key, signal) : { kind: 'retry', message: MESSAGE },
  reportThrow: async (key, signal) => reconciler.reportThrow(key, signal),
})
