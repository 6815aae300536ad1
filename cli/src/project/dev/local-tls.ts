/**
 * The TLS certificate of `worker dev`, which is kept so that clients trust the same one after a restart.
 *
 * @module
 */
import { webcrypto, X509Certificate } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePem, ok, type Result } from '@edge-issuer/shared'
import { createLocalCertificate } from '../../ca/ca-certificate.ts'
import { codeOf } from '../../files/system-reason.ts'
import { writeNewFiles } from '../../files/write-new-files.ts'
import type { Io } from '../../terminal/io.ts'

/** Host name of the worker on this machine. */
export const LOCAL_HOST = 'localhost'

const DAY_MS = 86_400_000
const LIFETIME_MS = 365 * DAY_MS
/** A certificate that ends earlier than this is replaced at the start. */
const MIN_REMAINING_MS = 7 * DAY_MS
/** For verifiers whose clocks lag. */
const BACKDATE_MS = 60_000

/** A certificate and its key, PEM. */
export interface LocalTls {
  readonly certificatePem: string
  readonly keyPem: string
  /** Path of the certificate, which is also what clients trust. */
  readonly certificatePath: string
}

/** Reads the certificate in the folder, or creates it. */
export async function openLocalTls(folder: string, io: Io): Promise<Result<LocalTls, string>> {
  const certificatePath = join(folder, 'tls.pem')
  const keyPath = join(folder, 'tls.key')
  const certificate = await readIfThere(certificatePath)
  const key = await readIfThere(keyPath)
  if (certificate !== undefined && key !== undefined && isUsable(certificate, io.nowMs())) {
    return ok({ certificatePem: certificate, keyPem: key, certificatePath })
  }
  const created = await createTls(io.nowMs())
  await rm(certificatePath, { force: true })
  await rm(keyPath, { force: true })
  const written = await writeNewFiles(
    [
      { path: keyPath, text: created.keyPem, isPrivate: true },
      { path: certificatePath, text: created.certificatePem, isPrivate: false },
    ],
    io,
  )
  return written.ok ? ok({ ...created, certificatePath }) : written
}

async function createTls(nowMs: number): Promise<Omit<LocalTls, 'certificatePath'>> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificatePem = await createLocalCertificate({
    commonName: 'edge-issuer worker dev',
    keys,
    dnsNames: [LOCAL_HOST],
    ipAddresses: ['127.0.0.1', '::1'],
    notBeforeMs: nowMs - BACKDATE_MS,
    notAfterMs: nowMs + LIFETIME_MS,
  })
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { certificatePem, keyPem: encodePem('PRIVATE KEY', pkcs8) }
}

function isUsable(certificatePem: string, nowMs: number): boolean {
  try {
    const { validToDate } = new X509Certificate(certificatePem)
    return validToDate.getTime() - nowMs > MIN_REMAINING_MS
  } catch {
    return false
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
