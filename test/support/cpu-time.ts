/** CPU time of this thread that a piece of work takes, in ms: not what else the machine does meanwhile. */
function cpuTimeMs(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/**
 * CPU time of the fastest of up to three tries, in ms. The first may include a garbage collection or
 * the compiler's work, which is not the work's own; work that is slow by itself is slow three times.
 *
 * @param enoughMs - A try that takes no longer ends it.
 */
export function bestCpuTimeMs(enoughMs: number, work: () => void): number {
  let best = Infinity
  for (let tries = 0; tries < 3 && best > enoughMs; tries += 1) {
    best = Math.min(best, cpuTimeMs(work))
  }
  return best
}
