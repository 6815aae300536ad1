import { extKeyUsageToText, keyUsageToText } from '@edge-issuer/shared'
/** Requests for usages, and the usages of the certificates for them. */
import { EXTENDED_KEY_USAGE_OIDS } from '../../../../shared/src/index.ts'
import { type Case, extensionOf, outcomeOf } from '../support/evaluate-request.ts'

/** A request for usages. */
export const ask = (usages: readonly string[], rules: Case = {}): Case => ({
  ...rules,
  request: { usages: [...usages], ...rules.request },
})

/** Usages of the certificate in words, keyUsage first; or the refusals. */
export const outcome = (usages: readonly string[], rules: Case = {}): string => {
  const evaluated = outcomeOf(ask(usages, rules))
  if (!('subject' in evaluated)) return evaluated.join('\n')
  const [keyUsage, purposes] = ['2.5.29.15', '2.5.29.37'].map((id) =>
    Buffer.from(extensionOf(evaluated, id)?.value ?? '', 'hex'),
  )
  return [...bitsOf(keyUsage).map(keyUsageToText), ...oidsOf(purposes)].join(', ') || 'none'
}

const bitsOf = (value: Buffer = Buffer.of()): readonly number[] => {
  const contents = value.subarray(3)
  return Array.from({ length: contents.length * 8 }, (_, bit) => bit).filter(
    (bit) => ((contents[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0,
  )
}

const oidsOf = (value: Buffer = Buffer.of()): readonly string[] => {
  const hex = value.toString('hex')
  return [...new Set(Object.values(EXTENDED_KEY_USAGE_OIDS))]
    .map((id) => ({ id, at: hex.indexOf(encodedOid(id)) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)
    .map(({ id }) => extKeyUsageToText(id))
}

const encodedOid = (id: string): string => {
  const arcs = id.split('.').map(Number)
  const [first = 0, second = 0, ...rest] = arcs
  const octetsOf = (arc: number): readonly number[] =>
    arc < 0x80 ? [arc] : [...octetsOf(arc >> 7).map((octet) => octet | 0x80), arc & 0x7f]
  const contents = [first * 40 + second, ...rest].flatMap(octetsOf)
  return Buffer.from([6, contents.length, ...contents]).toString('hex')
}
