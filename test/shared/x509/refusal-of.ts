import { parseCertificationRequest } from '../../../shared/src/x509/index.ts'

/** What the reader says against a certification request; fails the test when it says nothing. */
export function refusalOf(der: Uint8Array): string {
  const result = parseCertificationRequest(der)
  if (result.ok) throw new Error('the certification request was accepted')
  return result.error
}
