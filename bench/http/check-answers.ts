/**
 * A figure counts only if every answer was a new certificate for the request it answers.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { signAnswerSchema } from '@edge-issuer/shared'
import { hostOf } from '../sign-request.ts'

/** One request and its answer. */
export interface Exchanged {
  readonly uid: string
  readonly status: number
  readonly body: Buffer
  readonly millis: number
}

/** @throws Error at the first answer that is not a new certificate of this CA for its own request */
export function checkAnswers(exchanged: readonly Exchanged[], issuerPem: string): void {
  const issuerKey = new X509Certificate(issuerPem).publicKey
  const serialNumbers = new Set<string>()
  for (const { uid, status, body } of exchanged) {
    const answer = signAnswerSchema.parse(JSON.parse(body.toString()))
    const leaf = new X509Certificate(answer.chain)
    const isGood =
      status === 201 &&
      !answer.replayed &&
      leaf.verify(issuerKey) &&
      leaf.checkHost(hostOf(uid)) !== undefined &&
      leaf.serialNumber.toLowerCase() === answer.serialNumber
    if (!isGood) throw new Error(`the answer for ${uid} is not its new certificate`)
    serialNumbers.add(answer.serialNumber)
  }
  if (serialNumbers.size < exchanged.length) throw new Error('two certificates are the same')
}
