/** A Durable Object of the worker: name of its binding, and its class. */
export interface WorkerClass {
  readonly binding: string
  readonly className: string
}

/** Every Durable Object of this version of the worker. A class that was deployed once is never removed. */
export const WORKER_CLASSES: readonly WorkerClass[] = [
  { binding: 'LEDGER', className: 'Ledger' },
  { binding: 'DIRECTORY', className: 'Directory' },
  { binding: 'INDEX', className: 'CertificateIndex' },
  { binding: 'GENESIS', className: 'Genesis' },
]

/** How each class is declared in `exports` of wrangler.jsonc. */
export const CLASS_DECLARATION = { type: 'durable-object', storage: 'sqlite' } as const
