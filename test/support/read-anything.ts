import { parseCertificate, parseCertificationRequest } from '../../shared/src/x509/index.ts'

/**
 * Reads an input as everything that is read.
 *
 * @throws When a reader does, which none ever may.
 */
export function readAnything(der: Uint8Array): void {
  for (const parse of [parseCertificationRequest, parseCertificate]) parse(der)
}
