/**
 * Reads the public keys for checking the signatures in an export. They must not come from the export itself.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { jwksSchema, type PublicKey, readPublicKey } from '@edge-issuer/signer-worker/config'
import { compileKeys, type TokenKeys } from '@edge-issuer/signer-worker/token'
import { z } from 'zod'
import { readDocumentText } from '../files/read-document.ts'
import { readText } from '../files/read-input.ts'
import { systemReason } from '../files/system-reason.ts'
import type { Io } from '../terminal/io.ts'

/** A client's public key. */
export interface ClientKey extends PublicKey {
  /** The client's name; `undefined` for a key from a PEM file. */
  readonly client: string | undefined
}

/** Keys that sign ServiceAccount tokens. */
export interface ClientTokenKeys {
  /** The client's name; `undefined` for keys from a JWK set by itself. */
  readonly client: string | undefined
  readonly keys: TokenKeys
}

/** What signatures are checked with. */
export interface ClientKeys {
  /** By RFC 7638 thumbprint. */
  readonly keys: ReadonlyMap<string, ClientKey>
  readonly tokenKeys: readonly ClientTokenKeys[]
}

/** Files of a directory that are read: output of `client create` and `clients export`, and PEM. */
const KEY_FILE = /(?<!\.secret)\.(json|pem|yaml)$/

/** Maximum size of a file, in bytes: an export of ten thousand clients with rules and token keys. */
const MAX_FILE_BYTES = 67_108_864

const MAX_FILES = 1024

const entriesSchema = z.record(
  z.string(),
  z.looseObject({
    keys: z.array(z.looseObject({ publicKey: z.string() })),
    identity: z.looseObject({ jwks: z.optional(jwksSchema) }).optional(),
  }),
)

/** A file that `client create` or `clients export` wrote. */
const documentSchema = z.strictObject({ clients: entriesSchema })

/**
 * Reads the keys of every path: a file that `clients export` or `client create` wrote, a public key in PEM, a JWK set
 * that signs ServiceAccount tokens, or a directory of those.
 *
 * @returns The keys, or an error about the first file without any.
 */
export async function readClientKeys(
  paths: readonly string[],
  io: Io,
): Promise<Result<ClientKeys, string>> {
  const keys = new Map<string, ClientKey>()
  const tokenKeys: ClientTokenKeys[] = []
  for (const path of paths) {
    const files = await listFiles(path, io)
    if (!files.ok) return files
    for (const file of files.value) {
      const found = await readKeys(file, io)
      if (!found.ok) return found
      for (const key of found.value.keys) addKey(keys, key)
      tokenKeys.push(...found.value.tokenKeys)
    }
  }
  return ok({ keys, tokenKeys })
}

/** Keeps the client's name if a PEM file has the same key. */
function addKey(keys: Map<string, ClientKey>, key: ClientKey): void {
  if (key.client !== undefined || !keys.has(key.keyId)) keys.set(key.keyId, key)
}

/** Keys of one file. */
interface FileKeys {
  readonly keys: readonly ClientKey[]
  readonly tokenKeys: readonly ClientTokenKeys[]
}

async function readKeys(file: string, io: Io): Promise<Result<FileKeys, string>> {
  const text = await readText(file, io, MAX_FILE_BYTES)
  if (!text.ok) return text
  return readKeyFile(text.value, file)
}

async function listFiles(path: string, io: Io): Promise<Result<readonly string[], string>> {
  try {
    const absolute = resolve(io.cwd, path)
    if (path === '-' || !(await stat(absolute)).isDirectory()) return ok([path])
    const names = (await readdir(absolute)).filter((name) => KEY_FILE.test(name)).toSorted()
    if (names.length === 0) return err(`"${path}" contains no file *.json, *.yaml or *.pem`)
    if (names.length > MAX_FILES) {
      return err(`"${path}" contains more than ${String(MAX_FILES)} files *.json, *.yaml and *.pem`)
    }
    return ok(names.map((name) => join(path, name)))
  } catch (error) {
    return err(`cannot read "${path}": ${systemReason(error)}`)
  }
}

function readKeyFile(text: string, file: string): Result<FileKeys, string> {
  if (text.trimStart().startsWith('-----BEGIN ')) {
    const key = readPublicKey(text)
    return key.ok
      ? ok({ keys: [{ ...key.value, client: undefined }], tokenKeys: [] })
      : err(`"${file}" is not an Ed25519 public key in PEM: ${key.error}`)
  }
  const read = readDocumentText(text, file)
  const set = jwksSchema.safeParse(read.ok ? read.value : undefined)
  if (set.success) {
    return ok({ keys: [], tokenKeys: [{ client: undefined, keys: compileKeys(set.data.keys) }] })
  }
  const document = documentSchema.safeParse(read.ok ? read.value : undefined)
  if (!document.success) {
    return err(
      `"${file}" is neither a public key in PEM, a JWK set nor a file that "edge-issuer clients export" or "edge-issuer client create" wrote`,
    )
  }
  const keys: ClientKey[] = []
  const tokenKeys: ClientTokenKeys[] = []
  for (const [client, entry] of Object.entries(document.data.clients)) {
    const { jwks } = entry.identity ?? {}
    if (jwks !== undefined) tokenKeys.push({ client, keys: compileKeys(jwks.keys) })
    for (const { publicKey } of entry.keys) {
      const key = readPublicKey(publicKey)
      if (!key.ok)
        return err(`"${file}" contains an invalid key of client "${client}": ${key.error}`)
      keys.push({ ...key.value, client })
    }
  }
  return keys.length === 0 && tokenKeys.length === 0
    ? err(`"${file}" contains no client key`)
    : ok({ keys, tokenKeys })
}
