import { runCommand } from '@edge-issuer/testbed/processes/process'
/**
 * Go's crypto/x509 and zlint as checkers: one process for any number of certificates.
 * @module
 */
import { inject } from 'vitest'
import * as z from 'zod'
import type { Exhibit, Facts, Verdict } from './facts.ts'

/** One thing that zlint says of a certificate. */
export interface LintResult {
  readonly name: string
  /** `RFC5280` and the like, or `Community`. */
  readonly source: string
  readonly status: 'info' | 'warn' | 'error' | 'fatal'
  readonly details: string
}

/** What Go says, and what zlint says. */
export interface GoVerdict extends Verdict {
  readonly lints: readonly LintResult[]
}

/** The names of the lints that are errors: by an RFC, or by zlint's community. */
export const lintErrors = ({ lints }: GoVerdict): readonly string[] =>
  lints.filter(({ status }) => status === 'error' || status === 'fatal').map(({ name }) => name)

const nameSchema = z.array(z.array(z.string()))
const factsSchema = z.strictObject({
  serialNumber: z.string(),
  notBeforeSeconds: z.int(),
  notAfterSeconds: z.int(),
  issuer: nameSchema,
  subject: nameSchema,
  names: z.array(z.string()),
  isSanCritical: z.boolean(),
  keyUsage: z.array(z.int()),
  extKeyUsage: z.array(z.string()),
  isCA: z.boolean(),
  pathLength: z.int().nullable(),
  spkiSha256: z.string(),
  signatureAlgorithm: z.string(),
  subjectKeyId: z.string(),
  authorityKeyId: z.string(),
})
const verdictSchema = z.strictObject({
  facts: factsSchema.nullable(),
  parseFault: z.string(),
  verifyFault: z.string(),
  lints: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      status: z.enum(['info', 'warn', 'error', 'fatal']),
      details: z.string(),
    }),
  ),
})

/** Go's words for signature algorithms, and openssl's. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  'ECDSA-SHA256': 'ecdsa-with-SHA256',
  'ECDSA-SHA384': 'ecdsa-with-SHA384',
  'ECDSA-SHA512': 'ecdsa-with-SHA512',
  'SHA256-RSA': 'sha256WithRSAEncryption',
  'SHA384-RSA': 'sha384WithRSAEncryption',
  'SHA512-RSA': 'sha512WithRSAEncryption',
  Ed25519: 'ED25519',
}

/** Asks about every certificate; the answers are in the same order. */
export async function askGo(exhibits: readonly Exhibit[]): Promise<readonly GoVerdict[]> {
  const result = await runCommand({
    command: inject('certificateChecker'),
    args: [],
    env: {},
    stdin: exhibits.map(toLine).join(''),
  })
  if (result.code !== 0) throw new Error(`the Go checker failed: ${result.stderr}`)
  const lines = result.stdout.trimEnd().split('\n')
  if (lines.length !== exhibits.length) throw new Error(`${lines.length} answers`)
  return lines.map((line) => toVerdict(verdictSchema.parse(JSON.parse(line))))
}

const toLine = ({ der, chain, atSeconds }: Exhibit): string =>
  `${JSON.stringify({ chain: [der, ...chain].map((each) => Buffer.from(each).toString('base64')), atSeconds })}\n`

function toVerdict({
  facts,
  parseFault,
  verifyFault,
  lints,
}: z.infer<typeof verdictSchema>): GoVerdict {
  const faults = [parseFault, verifyFault].filter((fault) => fault !== '')
  return { faults, facts: facts === null ? {} : toFacts(facts), lints }
}

const toFacts = (facts: z.infer<typeof factsSchema>): Partial<Facts> => ({
  ...facts,
  // Go keeps the names of each kind together, whatever their order in the certificate.
  names: facts.names.toSorted(),
  signatureAlgorithm: ALGORITHMS[facts.signatureAlgorithm] ?? facts.signatureAlgorithm,
})
