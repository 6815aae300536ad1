/** A line in the worker's log from a Durable Object, which no request is there for. No secret, no request's content. */
export interface ObjectLogEntry {
  readonly event: 'index_failed' | 'retention_blocked' | 'retention_failed'
  readonly issuer: string
  readonly client: string
  readonly shard: number
  readonly message: string
}

/** Writes one line of JSON to the console, which the platform collects. */
export function logFromObject(entry: ObjectLogEntry): void {
  // oxlint-disable-next-line no-console -- the console is where a Worker's log goes
  console.log(JSON.stringify(entry))
}
