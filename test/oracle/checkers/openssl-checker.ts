/**
 * The openssl command as a checker of many certificates with few processes: one prints them all, and
 * one for each time verifies all of that time and prints the chains that it found.
 * @module
 */
import { openssl, tryOpenssl } from '@edge-issuer/testbed/pki/openssl'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import type { Exhibit, Facts, NameFacts, Verdict } from './facts.ts'
import { readText } from './openssl-text.ts'
import { unescapeValue } from './words.ts'

/** Names that can be read back: types as OIDs, RDNs in their order, all that is special escaped. */
const NAME_OPTIONS = 'oid,sep_comma_plus,esc_2253,esc_ctrl,utf8'

/** Asks about every certificate; the answers are in the same order. */
export async function askOpenssl(exhibits: readonly Exhibit[]): Promise<readonly Verdict[]> {
  const [texts, verified] = await Promise.all([textsOf(exhibits), verifyAll(exhibits)])
  if (texts.length !== exhibits.length) throw new Error(`openssl read ${texts.length} certificates`)
  return exhibits.map((_, index) => {
    const { faults, ...names } = verified.get(index) ?? { faults: ['openssl said nothing'] }
    return { faults, facts: { ...texts[index], ...names } }
  })
}

async function textsOf(exhibits: readonly Exhibit[]): Promise<readonly Partial<Facts>[]> {
  const all = exhibits.map(({ der }) => toPem('CERTIFICATE', der)).join('')
  const text = await openssl(['storeutl', '-noout', '-text', '-certs', 'all.pem'], {
    'all.pem': all,
  })
  return decode(text)
    .split(/^\d+: Certificate\n/m)
    .slice(1)
    .map(readText)
}

/** What verifying tells: faults, and the names of the chain that was built. */
interface Verified {
  readonly faults: readonly string[]
  readonly subject?: NameFacts
  readonly issuer?: NameFacts
}

/** By index. */
async function verifyAll(exhibits: readonly Exhibit[]): Promise<ReadonlyMap<number, Verified>> {
  const byTime = Map.groupBy([...exhibits.entries()], ([, { atSeconds }]) => atSeconds)
  const verified = new Map<number, Verified>()
  for (const [atSeconds, group] of byTime) {
    for (const [index, verdict] of await verifyAt(atSeconds, group)) verified.set(index, verdict)
  }
  return verified
}

async function verifyAt(
  atSeconds: number,
  group: readonly (readonly [number, Exhibit])[],
): Promise<readonly (readonly [number, Verified])[]> {
  const roots = new Set(group.map(([, { chain }]) => pemOf(chain.slice(-1))))
  const intermediates = new Set(group.map(([, { chain }]) => pemOf(chain.slice(0, -1))))
  const files = group.map(([index, { der }]) => [`${String(index)}.pem`, pemOf([der])] as const)
  const untrusted = [...intermediates].join('')
  const { stdout, stderr } = await tryOpenssl(
    [
      ...`verify -x509_strict -show_chain -attime ${String(atSeconds)}`.split(' '),
      ...`-nameopt ${NAME_OPTIONS} -CAfile roots`.split(' '),
      // A file without certificates is an error to openssl.
      ...(untrusted === '' ? [] : ['-untrusted', 'untrusted']),
      ...files.map(([file]) => file),
    ],
    { ...Object.fromEntries(files), roots: [...roots].join(''), untrusted },
  )
  return [...readAccepted(decode(stdout)), ...readRejected(decode(stderr))]
}

/** `7.pem: OK`, and then a line for each certificate of the chain, from the leaf upwards. */
const readAccepted = (output: string): readonly (readonly [number, Verified])[] =>
  output
    .split(/^(?=\d+\.pem: OK$)/m)
    .filter((part) => part !== '')
    .map((part) => {
      const lines = part.matchAll(/^depth=\d+: (.*?)(?: \(untrusted\))?$/gm)
      const [subject = '', issuer = subject] = Array.from(lines, ([, name = '']) => name)
      const names = { subject: readName(subject), issuer: readName(issuer) }
      return [Number.parseInt(part, 10), { faults: [], ...names }]
    })

/** A line for each fault, and then `error 7.pem: verification failed`. */
const readRejected = (output: string): readonly (readonly [number, Verified])[] =>
  Array.from(
    output.matchAll(/([^]*?)^error (\d+)\.pem: verification failed/gm),
    ([, text = '', index]) => [
      Number(index),
      { faults: text.match(/^error \d+ at .*$/gm) ?? ['rejected'] },
    ],
  )

/** An unescaped comma stands between RDNs, an unescaped plus between the attributes of one. */
const readName = (text: string): NameFacts =>
  text === ''
    ? []
    : splitUnescaped(text, ',').map((rdn) => splitUnescaped(rdn, '+').map(unescapeValue))

const splitUnescaped = (text: string, separator: ',' | '+'): readonly string[] =>
  text.match(separator === ',' ? /(?:\\.|[^,\\])+/gs : /(?:\\.|[^+\\])+/gs) ?? []

const decode = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8')

const pemOf = (certificates: readonly Uint8Array[]): string =>
  certificates.map((der) => toPem('CERTIFICATE', der)).join('')
