/**
 * Parses one line of an export.
 *
 * @module
 */
import {
  type CertificateRecord,
  certificateRecordSchema,
  err,
  ok,
  type Result,
} from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'

/** A record as `certificates export` writes it. */
export type ExportedRecord = CertificateRecord

const { evidence: evidenceSchema, ...members } = certificateRecordSchema.shape

/** Strict: an unknown member could make a claim that is not checked. */
const recordSchema = z.strictObject({
  ...members,
  evidence: z.strictObject(evidenceSchema.shape),
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns The record of a line, or an error message. */
export function readRecord(line: Uint8Array): Result<ExportedRecord, string> {
  const text = decode(line)
  if (text === undefined) return err('the line is not UTF-8')
  const json = parseJson(text)
  if (json === undefined) return err('the line is not JSON')
  // Parsers disagree about duplicate members.
  if (JSON.stringify(json) !== text) {
    return err(
      'the line is not in the form in which the export writes records: it has white space, or a duplicate member',
    )
  }
  const record = recordSchema.safeParse(json)
  if (record.success) return ok(record.data)
  const issues = record.error.issues.map(({ path, message }) =>
    [path.join('.'), message].join(': '),
  )
  return err(`the line is not a record of an export: ${issues.join('; ')}`)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
