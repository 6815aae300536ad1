/**
 * A-labels: internationalized labels as DNS has them, `xn--` and Punycode (RFC 5890 §2.3.2.1, RFC 3492).
 *
 * @module
 */
import { canonicalHost } from './host-text.ts'

const PREFIX = 'xn--'

/** Parameters of Bootstring for Punycode (RFC 3492 §5). */
const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const INITIAL_BIAS = 72
const FIRST_CODE_POINT = 0x80

const MAX_CODE_POINT = 0x10_ffff

/**
 * Whether a label that begins with `xn--` is what its own characters are encoded as. Of one that is not,
 * programs show different things, and zlint and Java refuse it.
 *
 * @param label - In lower case.
 */
export function isALabel(label: string): boolean {
  const decoded = decodePunycode(label.slice(PREFIX.length))
  return decoded !== undefined && canonicalHost(decoded) === label
}

/** RFC 3492 §6.2. @returns `undefined` for text that is not Punycode. */
function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-')
  const output = Array.from(text.slice(0, Math.max(0, delimiter)))
  let [codePoint, index, bias, at] = [FIRST_CODE_POINT, 0, INITIAL_BIAS, delimiter + 1]
  while (at < text.length) {
    const read = readInteger(text, at, bias)
    if (read === undefined) return undefined
    const before = index
    index += read.value
    at = read.next
    const length = output.length + 1
    bias = adapt(index - before, length, before === 0)
    codePoint += Math.floor(index / length)
    if (codePoint > MAX_CODE_POINT) return undefined
    index %= length
    output.splice(index, 0, String.fromCodePoint(codePoint))
    index += 1
  }
  return output.join('')
}

/** A generalized variable-length integer (RFC 3492 §3.3), and where the next one begins. */
function readInteger(
  text: string,
  from: number,
  bias: number,
): { readonly value: number; readonly next: number } | undefined {
  let [value, weight, next] = [0, 1, from]
  for (let k = BASE; next < text.length; k += BASE) {
    const digit = digitOf(text.codePointAt(next) ?? 0)
    if (digit === undefined) return undefined
    next += 1
    value += digit * weight
    if (value > MAX_CODE_POINT * 64) return undefined
    const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX)
    if (digit < threshold) return { value, next }
    weight *= BASE - threshold
  }
  return undefined
}

/** `a` to `z` are 0 to 25, `0` to `9` are 26 to 35. */
function digitOf(character: number): number | undefined {
  if (character >= 0x61 && character <= 0x7a) return character - 0x61
  return character >= 0x30 && character <= 0x39 ? character - 0x30 + 26 : undefined
}

/** RFC 3492 §6.1. */
function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2))
  rest += Math.floor(rest / length)
  let k = 0
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}
