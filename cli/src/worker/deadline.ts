/** Longest wait for the worker, in milliseconds; the relay's client has a shorter one of its own. */
export const WORKER_DEADLINE_MS = 30_000
