import { runCommand } from '@edge-issuer/testbed/processes/process'
/**
 * Go's own readers: one process for any number of inputs.
 * @module
 */
import { inject } from 'vitest'
import * as z from 'zod'

/** An input, and what Go is asked to read it as. */
export interface Reading {
  readonly kind: 'pem' | 'request' | 'certificate'
  readonly input: Uint8Array
}

const base64 = z
  .string()
  .nullable()
  .transform((text) => new Uint8Array(Buffer.from(text ?? '', 'base64')))
const list = z
  .array(z.string())
  .nullable()
  .transform((texts) => texts ?? [])

const answerSchema = z.strictObject({
  /** Empty when the input was read. */
  error: z.string(),
  label: base64,
  bytes: base64,
  /** Of a request; empty when it verifies. */
  signatureError: z.string(),
  /** Values of all attributes in order. */
  subject: list,
  dnsNames: list,
  emails: list,
  addresses: z
    .array(base64)
    .nullable()
    .transform((addresses) => addresses ?? []),
})

/** What Go has read. */
export type GoAnswer = z.infer<typeof answerSchema>

/** Asks about every input; the answers are in the same order. */
export async function readWithGo(readings: readonly Reading[]): Promise<readonly GoAnswer[]> {
  const result = await runCommand({
    command: inject('goReaders'),
    args: [],
    env: {},
    stdin: readings
      .map(({ kind, input }) => ({ kind, input: Buffer.from(input).toString('base64') }))
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  })
  if (result.code !== 0) throw new Error(`Go's readers failed: ${result.stderr}`)
  const lines = result.stdout.trimEnd().split('\n')
  if (lines.length !== readings.length) throw new Error(`${String(lines.length)} answers`)
  return lines.map((line) => answerSchema.parse(JSON.parse(line)))
}
