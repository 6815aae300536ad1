import { webcrypto } from 'node:crypto'
import { encodePem } from '@edge-issuer/shared'
import { createCaCertificate, createServerCertificate } from './ca-certificate.ts'
import { validityOf } from './create-ca.ts'

/** Options for {@link createServerTls}. */
export interface ServerTlsOptions {
  /** Common name of the CA. */
  readonly name: string
  /** Addresses of the server. */
  readonly ipAddresses: readonly string[]
}

/** A server certificate with its key, and the CA that clients of the server must trust; all PEM. */
export interface ServerTls {
  readonly caPem: string
  readonly certificatePem: string
  /** PKCS#8. */
  readonly privateKeyPem: string
}

const KEY: webcrypto.EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }
const VALID_SECONDS = 365 * 86_400

/** Creates a server certificate for tests of the user on this machine. The key of its CA is not kept. */
export async function createServerTls({ name, ipAddresses }: ServerTlsOptions): Promise<ServerTls> {
  const [caKeys, serverKeys] = [await generateKeys(), await generateKeys()]
  const validity = validityOf(Date.now(), VALID_SECONDS)
  const signer = {
    name: { organization: undefined, commonName: name },
    keys: caKeys,
    hash: 'SHA-256',
  }
  const ca = await createCaCertificate({
    ...validity,
    subject: signer.name,
    publicKey: caKeys.publicKey,
    signer,
    pathLength: 0,
    hasDigitalSignature: false,
    extendedKeyUsages: [],
    nameConstraints: undefined,
  })
  const certificate = await createServerCertificate({
    ...validity,
    publicKey: serverKeys.publicKey,
    signer,
    ipAddresses,
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey)
  return {
    caPem: encodePem('CERTIFICATE', ca),
    certificatePem: encodePem('CERTIFICATE', certificate),
    privateKeyPem: encodePem('PRIVATE KEY', new Uint8Array(pkcs8)),
  }
}

const generateKeys = async (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
