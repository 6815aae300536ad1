import { webcrypto } from 'node:crypto'
import { encodePem } from '@edge-issuer/shared'
import { createLocalCertificate, type LocalCertificateSpec } from './ca-certificate.ts'

/** Options for {@link createLocalTls}. */
export interface LocalTlsOptions extends Pick<
  LocalCertificateSpec,
  'commonName' | 'dnsNames' | 'ipAddresses'
> {
  readonly nowMs: number
}

/** A certificate for a TLS server on this machine and its key, PEM. Clients trust the certificate itself. */
export interface LocalTls {
  readonly certificatePem: string
  /** PKCS#8. */
  readonly keyPem: string
}

const KEY: webcrypto.EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }
const LIFETIME_MS = 365 * 86_400_000
/** For verifiers whose clocks lag. */
const BACKDATE_MS = 60_000

/** Creates a key and a self-signed certificate, valid for a year. */
export async function createLocalTls({ nowMs, ...names }: LocalTlsOptions): Promise<LocalTls> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
  const certificatePem = await createLocalCertificate({
    ...names,
    keys,
    notBeforeMs: nowMs - BACKDATE_MS,
    notAfterMs: nowMs + LIFETIME_MS,
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificatePem, keyPem: encodePem('PRIVATE KEY', new Uint8Array(pkcs8)) }
}
