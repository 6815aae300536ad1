/**
 * A TLS certificate in a folder, as a Secret of type kubernetes.io/tls is mounted.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import type { ServingCertificate } from './self-signed.ts'

/** A renewed Secret reaches the folder within a minute or two of its change; this adds little to that. */
const LOOK_AGAIN_MS = 60_000

/** @returns What is wrong with the folder for the operator; nothing of the key. */
export async function readCertificateDir(
  directory: string,
): Promise<Result<ServingCertificate, string>> {
  try {
    const certificate = {
      certificatePem: await readFile(join(directory, 'tls.crt'), 'utf8'),
      keyPem: await readFile(join(directory, 'tls.key'), 'utf8'),
    }
    createSecureContext({ cert: certificate.certificatePem, key: certificate.keyPem })
    return ok(certificate)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return err(`tls.crt and tls.key in ${directory} cannot be used: ${reason}`)
  }
}

/** How a folder is followed. */
export interface Following {
  readonly directory: string
  readonly current: ServingCertificate
  readonly use: (certificate: ServingCertificate) => void
  readonly clock: Clock
  readonly log: Log
}

/** Reloads the certificate when the folder changes, until `signal` aborts. An invalid one is ignored. */
export async function followCertificateDir(
  { directory, current, use, clock, log }: Following,
  signal: AbortSignal,
): Promise<void> {
  let used = current
  for (;;) {
    await sleep(clock, LOOK_AGAIN_MS, signal)
    if (signal.aborted) return
    const found = await readCertificateDir(directory)
    if (!found.ok) log.warn({ error: found.error }, 'certificate not reloaded')
    else if (found.value.certificatePem !== used.certificatePem) {
      used = found.value
      use(used)
      log.info({ directory }, 'certificate reloaded')
    }
  }
}
