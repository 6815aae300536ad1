/**
 * The TLS certificate of `worker dev`, which is kept so that clients trust the same one after a restart.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ok, type Result } from '@edge-issuer/shared'
import { createLocalTls, type LocalTls } from '../../ca/local-tls.ts'
import { readIfThere } from '../../files/read-if-there.ts'
import { writeNewFiles } from '../../files/write-new-files.ts'
import type { Io } from '../../terminal/io.ts'

/** Host name of the worker on this machine. */
export const LOCAL_HOST = 'localhost'

/** A certificate that ends earlier than this is replaced at the start. */
const MIN_REMAINING_MS = 7 * 86_400_000

/** A certificate that is kept. */
export interface KeptTls extends LocalTls {
  readonly certificatePath: string
}

/** Reads the certificate in the folder, or creates it. */
export async function openLocalTls(folder: string, io: Io): Promise<Result<KeptTls, string>> {
  const certificatePath = join(folder, 'tls.pem')
  const keyPath = join(folder, 'tls.key')
  const certificate = await readIfThere(certificatePath)
  const key = await readIfThere(keyPath)
  if (certificate !== undefined && key !== undefined && isUsable(certificate, io.nowMs())) {
    return ok({ certificatePem: certificate, keyPem: key, certificatePath })
  }
  const created = await createLocalTls({
    commonName: 'edge-issuer worker dev',
    dnsNames: [LOCAL_HOST],
    ipAddresses: ['127.0.0.1', '::1'],
    nowMs: io.nowMs(),
  })
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

function isUsable(certificatePem: string, nowMs: number): boolean {
  try {
    const { validToDate } = new X509Certificate(certificatePem)
    return validToDate.getTime() - nowMs > MIN_REMAINING_MS
  } catch {
    return false
  }
}
