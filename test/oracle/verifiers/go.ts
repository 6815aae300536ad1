import { runCommand } from '@edge-issuer/testbed/processes/process'
/**
 * Go's crypto/x509 as a relying party: one process for any number of certificates.
 * @module
 */
import { inject } from 'vitest'
import * as z from 'zod'
import type { Refused, Use, Verifier } from './verifier.ts'

/** One use of a certificate, in the words of the Go program; what is absent is not checked. */
export interface GoProbe {
  /** A host name or an IP address. */
  readonly name?: string
  readonly email?: string
  readonly uri?: string
  /** An object identifier. */
  readonly usage?: string
}

/** A certificate that the holder of a CA certificate issues. */
export interface GoBelow {
  readonly dns?: string
  readonly ip?: string
  /** An object identifier. */
  readonly usage?: string
  /** Further CA certificates between the CA and this certificate. */
  readonly depth?: number
}

/** A certificate, and all that Go is asked about it. */
export interface GoQuestion {
  /** The certificate, then each one above it, the root last; DER. */
  readonly chain: readonly Uint8Array[]
  readonly atSeconds: number
  readonly probes: readonly GoProbe[]
  /** Of a CA certificate: its key in PKCS#8, and what it issues. */
  readonly ca?: { readonly key: Uint8Array; readonly below: readonly GoBelow[] }
}

/** Go's answers, in the order of the question. */
export interface GoAnswer {
  /** Why Go cannot read the chain at all; the others are empty then. */
  readonly fault: string
  /** Numbers of its bits; empty without the extension. */
  readonly keyUsage: readonly number[]
  readonly probes: readonly Refused[]
  readonly below: readonly Refused[]
}

const refusedSchema = z.array(z.string().transform((text) => (text === '' ? undefined : text)))
const answerSchema = z.strictObject({
  fault: z.string(),
  keyUsage: z.nullable(z.array(z.int())),
  probes: z.nullable(refusedSchema),
  below: z.nullable(refusedSchema),
})

/** Asks about every certificate; the answers are in the same order. */
export async function probeWithGo(questions: readonly GoQuestion[]): Promise<readonly GoAnswer[]> {
  const { code, stdout, stderr } = await runCommand({
    command: inject('certificateChecker'),
    args: ['probe'],
    env: {},
    stdin: questions.map(toLine).join(''),
  })
  if (code !== 0) throw new Error(`the Go verifier failed: ${stderr}`)
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== questions.length) throw new Error(`${String(lines.length)} answers`)
  return lines.map((line) => {
    const { fault, keyUsage, probes, below } = answerSchema.parse(JSON.parse(line))
    return { fault, keyUsage: keyUsage ?? [], probes: probes ?? [], below: below ?? [] }
  })
}

const toLine = ({ chain, atSeconds, probes, ca }: GoQuestion): string =>
  `${JSON.stringify({
    chain: chain.map(base64),
    atSeconds,
    probes,
    ...(ca === undefined ? {} : { caKey: base64(ca.key), below: ca.below }),
  })}\n`

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4'

export const goVerifier: Verifier = {
  name: 'Go',
  version: () => Promise.resolve('crypto/x509'),
  verify: async (probes) => {
    const answers = await probeWithGo(
      probes.map(({ presented: { certificate, intermediates, root }, use }) => ({
        chain: [certificate, ...intermediates, root],
        atSeconds: Math.floor(Date.now() / 1000),
        probes: [toGo(use)],
      })),
    )
    return answers.map(({ fault, probes: [answer] }) => (fault === '' ? answer : fault))
  },
}

function toGo(use: Use): GoProbe {
  switch (use.kind) {
    case 'server': {
      return { name: use.host, usage: SERVER_AUTH }
    }
    case 'client': {
      return { usage: CLIENT_AUTH }
    }
    case 'email': {
      return { email: use.address, usage: EMAIL_PROTECTION }
    }
    case 'uri': {
      return { uri: use.uri }
    }
    case 'usage': {
      return { usage: use.oid }
    }
    case 'chain': {
      return {}
    }
  }
}
