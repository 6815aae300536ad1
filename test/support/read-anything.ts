import { parseCertificate, parseCertificationRequest } from '../../shared/src/x509/index.ts'
import { bestCpuTimeMs } from './cpu-time.ts'

/** The most that reading one input may take, whatever it is. */
const LIMIT_MS = 10

/**
 * Reads an input as everything that is read.
 *
 * @throws When a reader does, which none ever may, or takes longer than 10 ms of CPU time.
 */
export function readAnything(der: Uint8Array): void {
  for (const parse of [parseCertificationRequest, parseCertificate]) {
    const timeMs = bestCpuTimeMs(LIMIT_MS, () => {
      parse(der)
    })
    if (timeMs > LIMIT_MS) throw new Error(`reading took ${String(timeMs)} ms`)
  }
}
