import { THREAD_POOL_SIZE } from '../signer/lookups.ts'

/**
 * Gives the process threads for every lookup of a worker's name. It has no effect once the pool is in use (libuv
 * reads the variable then), and no effect on a larger one.
 */
export function widenThreadPool(environment: NodeJS.ProcessEnv): void {
  const size = Number(environment['UV_THREADPOOL_SIZE'] ?? 0)
  if (!(size >= THREAD_POOL_SIZE)) environment['UV_THREADPOOL_SIZE'] = String(THREAD_POOL_SIZE)
}
