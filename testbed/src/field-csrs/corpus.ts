/**
 * A directory of certification requests from the field: `manifest.json`, which says what is expected of
 * each, and `csr/NAME.pem`.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'

/** The corpus of this repository. */
export const CORPUS_DIRECTORY = join(import.meta.dirname, 'corpus')

/**
 * What is expected of a request. `sign`: a certificate. `refuse`: a permanent refusal. `either`: both are
 * defensible. `webhook`: cert-manager's webhook refuses the CertificateRequest, so that no issuer sees it.
 */
export const EXPECTATIONS = ['sign', 'refuse', 'either', 'webhook'] as const
export type Expectation = (typeof EXPECTATIONS)[number]

/** One request of the corpus. */
export interface FieldCsr {
  /** Its key in the manifest. */
  readonly name: string
  readonly expect: Expectation
  /** Path of its file. */
  readonly file: string
  /** What the file holds, unchanged. */
  readonly content: Uint8Array
}

/** Most requests of one corpus. */
const MAX_REQUESTS = 10_000
/** A CertificateRequest must fit into etcd (1.5 MiB), twice base64 included. */
const MAX_FILE_BYTES = 512 * 1024
/** Problems that are listed; the rest is counted. */
const MAX_LISTED = 20

/** Unknown members are informative: `inTreeCA` is what cert-manager's CA issuer does. */
const manifestSchema = z.record(z.string(), z.looseObject({ expect: z.enum(EXPECTATIONS) }))

/**
 * Reads a corpus in the order of its manifest.
 *
 * @returns The requests, or every problem of the directory as one text.
 */
export async function readCorpus(directory: string): Promise<Result<readonly FieldCsr[], string>> {
  const manifest = await readManifest(join(directory, 'manifest.json'))
  if (!manifest.ok) return manifest
  const problems: string[] = []
  const requests: FieldCsr[] = []
  for (const [name, { expect }] of Object.entries(manifest.value)) {
    const file = join(directory, 'csr', `${name}.pem`)
    const content = isFileName(name)
      ? await readBounded(file)
      : err(`manifest.json: ${JSON.stringify(name)} cannot be the name of a file in csr/`)
    if (content.ok) requests.push({ name, expect, file, content: content.value })
    else problems.push(content.error)
  }
  return problems.length === 0 ? ok(requests) : err(listed(problems))
}

type Manifest = z.infer<typeof manifestSchema>

async function readManifest(file: string): Promise<Result<Manifest, string>> {
  const content = await readBounded(file)
  if (!content.ok) return content
  let json: unknown
  try {
    json = JSON.parse(
      Buffer.from(content.value)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
  } catch (error) {
    return err(`${file} is not JSON: ${messageOf(error)}`)
  }
  const manifest = manifestSchema.safeParse(json)
  if (!manifest.success) {
    const issues = manifest.error.issues.map(
      ({ path, message }) => `${file}: ${path.map(String).join('.')}: ${message}`,
    )
    return err(listed(issues))
  }
  const count = Object.keys(manifest.data).length
  if (count === 0) return err(`${file} names no request`)
  if (count > MAX_REQUESTS) {
    return err(`${file} names ${String(count)} requests; at most ${String(MAX_REQUESTS)}`)
  }
  return ok(manifest.data)
}

async function readBounded(file: string): Promise<Result<Uint8Array, string>> {
  try {
    const content = await readFile(file)
    return content.length <= MAX_FILE_BYTES
      ? ok(new Uint8Array(content))
      : err(`${file} exceeds ${String(MAX_FILE_BYTES)} bytes (${String(content.length)})`)
  } catch (error) {
    return err(`cannot read ${file}: ${messageOf(error)}`)
  }
}

/** A name of one file, not a path: `..` and separators are refused. */
const isFileName = (name: string): boolean =>
  name !== '' && !/[/\\\0]/.test(name) && name !== '.' && name !== '..'

function listed(problems: readonly string[]): string {
  const rest = problems.length - MAX_LISTED
  return [
    ...problems.slice(0, MAX_LISTED),
    ...(rest > 0 ? [`and ${String(rest)} more problems`] : []),
  ].join('\n')
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
