import { parseCertificate, parseCertificationRequest } from '../../shared/src/x509/index.ts'

/**
 * Passes an input to every reader.
 *
 * @throws If a reader throws, which none may.
 */
export function readAnything(der: Uint8Array): void {
  for (const parse of [parseCertificationRequest, parseCertificate]) parse(der)
}
