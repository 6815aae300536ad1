/** Signals that ask a process to end; the system sends SIGHUP when the terminal closes. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
