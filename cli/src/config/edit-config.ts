/**
 * Changes to the text of a configuration, which leave everything else unchanged and in its order.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'

const objectSchema = z.record(z.string(), z.unknown())
const sectionSchema = objectSchema.default({})
const sectionsSchema = z.object({
  issuers: sectionSchema,
  profiles: sectionSchema,
  admins: sectionSchema,
})

/** Entries by name. */
type Section = Readonly<Record<string, unknown>>

/** The document of a configuration, and the sections to which commands add entries; a missing section is empty. */
export interface Sections {
  readonly document: Section
  readonly issuers: Section
  readonly profiles: Section
  readonly admins: Section
}

/** @returns The sections of a configuration, whose entries are not checked; or an error message. */
export function readSections(config: string): Result<Sections, string> {
  const json = parseJson(config)
  const document = objectSchema.safeParse(json)
  const sections = sectionsSchema.safeParse(json)
  return document.success && sections.success
    ? ok({ document: document.data, ...sections.data })
    : err(
        'the file to change is not a configuration of the worker; "edge-issuer config init" creates one',
      )
}

/** Formats the changed document. */
export const formatDocument = (document: Section): string =>
  `${JSON.stringify(document, null, 2)}\n`
