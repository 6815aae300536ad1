/** Requests for CA certificates, their outcomes, and name constraints to compare them with. */
import { constructed, generalName, seq } from '@edge-issuer/testbed/pki/x509'
import { type Case, extensionOf, outcomeOf } from '../support/evaluate-request.ts'

const { ip } = generalName

const CA_PROFILE = { isCA: true, requireNameConstraints: false }

/** A request for a CA certificate with these name constraints, under a profile that requires none. */
export const aCaRequest = (asked: Uint8Array | undefined, given: Case = {}): Case => ({
  profile: CA_PROFILE,
  request: { isCA: true, usages: ['cert sign'] },
  ...(asked === undefined ? {} : { csr: { extensions: [asked] } }),
  ...given,
})

/** `ok`, or the refusals. */
export const outcome = (given: Case): string => {
  const evaluated = outcomeOf(given)
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0)
/** Ranges, as name constraints have them. */
export const NET_10 = ip(10, 0, 0, 0, 255, 0, 0, 0)
export const NET_10_1 = ip(10, 1, 0, 0, 255, 255, 0, 0)
export const NET_11 = ip(11, 0, 0, 0, 255, 0, 0, 0)
export const NET_V6 = ip(0xfd, ...zeros(15), 0xff, ...zeros(15))
/** The last address of each family, which no host has. */
export const LAST_V4 = ip(255, 255, 255, 255, 255, 255, 255, 255)
export const LAST_V6 = ip(...new Uint8Array(32).fill(255))
export const ALL_V4 = ip(0, 0, 0, 0, 0, 0, 0, 0)
export const ALL_V6 = ip(...new Uint8Array(32))

/** nameConstraints of the certificate in hexadecimal, `none`, or the refusals. */
export const certified = (given: Case): string => {
  const evaluated = outcomeOf(given)
  if (!('subject' in evaluated)) return evaluated.join('\n')
  return extensionOf(evaluated, '2.5.29.30')?.value ?? 'none'
}

/** nameConstraints in hexadecimal. */
export const encoded = (
  permitted: readonly Uint8Array[],
  excluded: readonly Uint8Array[],
): string => {
  const lists = [permitted, excluded].flatMap((list, number) =>
    list.length === 0 ? [] : [constructed(number, ...list.map((base) => seq(base)))],
  )
  return Buffer.from(seq(...lists)).toString('hex')
}
