/**
 * The TLS certificate of a server and its private key, in PEM files.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { err, ok, type Result } from '@edge-issuer/shared'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'

/** Paths of the files. */
export interface TlsPaths {
  readonly cert: string
  readonly key: string
}

/** Texts of the files: the chain with the leaf first, and the leaf's key. */
export interface TlsPair {
  readonly cert: string
  readonly key: string
}

/** Reads both files. */
export async function readTlsFiles(paths: TlsPaths, io: Io): Promise<Result<TlsPair, string>> {
  const cert = await readText(paths.cert, io)
  if (!cert.ok) return cert
  const key = await readText(paths.key, io)
  return key.ok ? ok({ cert: cert.value, key: key.value }) : key
}

/** What a certificate must be good for. */
export interface TlsExpectation {
  readonly host: string
  readonly nowMs: number
}

/**
 * Checks that a server can use the pair.
 *
 * @returns Warnings about what clients will refuse.
 */
export function checkTls(
  { cert, key }: TlsPair,
  paths: TlsPaths,
  expected: TlsExpectation,
): Result<readonly string[], string> {
  let leaf: X509Certificate
  try {
    leaf = new X509Certificate(cert)
  } catch {
    return err(`"${paths.cert}" is not a certificate in PEM`)
  }
  try {
    if (!leaf.checkPrivateKey(createPrivateKey(key))) {
      return err(`"${paths.key}" is not the private key of the certificate in "${paths.cert}"`)
    }
  } catch {
    return err(`"${paths.key}" is not a private key in PEM without a passphrase`)
  }
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return err(`"${paths.cert}" and "${paths.key}" cannot be used for TLS: ${reason}`)
  }
  return ok(warnings(leaf, paths, expected))
}

function warnings(
  leaf: X509Certificate,
  { cert }: TlsPaths,
  { host, nowMs }: TlsExpectation,
): readonly string[] {
  const found: string[] = []
  if (leaf.validToDate.getTime() < nowMs) {
    found.push(`the certificate in "${cert}" expired at ${leaf.validToDate.toISOString()}`)
  }
  if (leaf.validFromDate.getTime() > nowMs) {
    found.push(`the certificate in "${cert}" is valid from ${leaf.validFromDate.toISOString()} on`)
  }
  const name = host.replace(/^\[(.*)\]$/, '$1')
  const match = isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)
  if (match === undefined) {
    found.push(
      `the certificate in "${cert}" is not for ${host}, the host of publicUrl: its names are ${leaf.subjectAltName ?? 'none'}`,
    )
  }
  return found
}
