/**
 * From an issuer to a client that can speak for it. The Secret is looked at each time, so a rotated
 * key is used at once; connections are kept as long as nothing changed.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { decodeBase64, decodePem, encodePem, err, ok, type Result } from '@edge-issuer/shared'
import { equalOctets } from '@edge-issuer/shared/x509'
import type { Issuer, IssuerSpec } from '../api/issuer.ts'
import { systemClock } from '../queue/clock.ts'
import type { SecretRef, SecretWatches } from '../watch/secret-watches.ts'
import { createSignerClient, type SignerClient } from './client.ts'
import { readClientKey } from './credentials.ts'
import { Lookups } from './lookups.ts'
import {
  PRIVATE_KEY_ENTRY,
  secretKeyUnusable,
  secretUnreadable,
  secretWithoutKey,
} from './secret-fault.ts'
import type { WorkerOptions } from './worker-connection.ts'

/** `spec` needs an edit of the issuer, `secret` one of the Secret or its RBAC; `api` mends itself. */
export interface ConnectFault {
  readonly kind: 'spec' | 'secret' | 'api'
  readonly message: string
}

/** More certificates than any trust bundle holds. */
const MAX_BUNDLE_CERTIFICATES = 512
/** The CRD's limit for caBundle. */
const MAX_BUNDLE_CHARACTERS = 262_144

interface Connection {
  /** What it was made from: as long as it is the same, nothing is read and checked again. */
  readonly source: Source
  readonly caBundlePem: string | undefined
  readonly client: SignerClient
}

/** What connections are made of. */
export interface ConnectionsOptions {
  readonly secrets: Pick<SecretWatches, 'read'>
  /** Where a ClusterIssuer's Secret is. */
  readonly clusterResourceNamespace: string
  readonly onAnswer?: WorkerOptions['onAnswer']
}

interface Source extends Pick<IssuerSpec, 'caBundle' | 'url'> {
  /** The entry of the Secret. */
  readonly privateKey: Uint8Array
}

/** One connection an issuer. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #lookups = new Lookups({ uptimeMs: () => systemClock.uptimeMs() })
  /** By uid of the issuer; replaced when what it was made from changes. */
  readonly #connections = new Map<string, Connection>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** @returns A client for `issuer` with the key that its Secret holds now, or as the watch told last. */
  async connect(
    issuer: Issuer,
    freshness: 'live' | 'watched',
    signal: AbortSignal,
  ): Promise<Result<SignerClient, ConnectFault>> {
    const { url, caBundle } = issuer.spec
    const { uid } = issuer.metadata
    const last = this.#connections.get(uid)
    const bundle =
      last?.source.caBundle === caBundle ? ok(last?.caBundlePem) : readCaBundle(issuer.spec)
    if (!bundle.ok) return bundle
    const privateKey = await this.#readPrivateKey(issuer, freshness, signal)
    if (!privateKey.ok) return privateKey
    const source = { url, caBundle, privateKey: privateKey.value }
    const known = this.#connections.get(uid)
    if (known !== undefined && isSame(known.source, source)) return ok(known.client)
    const secret = secretRefOf(issuer, this.#options.clusterResourceNamespace)
    const privateKeyPem = checkPrivateKey(privateKey.value, secret)
    if (!privateKeyPem.ok) return privateKeyPem
    const caBundlePem = bundle.value
    const client = createSignerClient({
      url,
      privateKeyPem: privateKeyPem.value,
      caBundlePem,
      lookup: this.#lookups.lookupFor(issuer),
      onAnswer: this.#options.onAnswer,
    })
    if (!client.ok) return err({ kind: 'spec', message: `spec.url: ${client.error}` })
    // The old one is not closed: others may be using it. Without further calls it ends by idling.
    this.#connections.set(uid, { source, caBundlePem, client: client.value })
    return client
  }

  /** Lets go of the connection of an issuer that is gone; it ends with {@link close}, or by idling. */
  forget(issuer: Issuer): void {
    this.#connections.delete(issuer.metadata.uid)
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map(async ({ client }) => client.close()))
    this.#connections.clear()
  }

  async #readPrivateKey(
    issuer: Issuer,
    freshness: 'live' | 'watched',
    signal: AbortSignal,
  ): Promise<Result<Uint8Array, ConnectFault>> {
    const { secrets, clusterResourceNamespace } = this.#options
    const secret = secretRefOf(issuer, clusterResourceNamespace)
    const user = issuer.metadata.uid
    const read = await secrets.read({ user, ref: secret, freshness }, signal)
    if (!read.ok) {
      const message = secretUnreadable(secret, read.error)
      const isPassing = read.error.kind === 'unavailable' || read.error.kind === 'throttled'
      return isPassing ? err({ kind: 'api', message }) : secretFault(message)
    }
    const entry = read.value.data[PRIVATE_KEY_ENTRY]
    return entry === undefined ? secretFault(secretWithoutKey(secret)) : ok(entry)
  }
}

/** A ClusterIssuer's Secret is in one namespace; an issuer can never name another than its own. */
export const secretRefOf = (
  { kind, metadata, spec }: Issuer,
  clusterResourceNamespace: string,
): SecretRef => ({
  namespace: kind === 'Issuer' ? metadata.namespace : clusterResourceNamespace,
  name: spec.authSecretName,
})

const secretFault = (message: string): Result<never, ConnectFault> =>
  err({ kind: 'secret', message })

const isSame = (a: Source, b: Source): boolean =>
  a.url === b.url && a.caBundle === b.caBundle && equalOctets(a.privateKey, b.privateKey)

function checkPrivateKey(entry: Uint8Array, secret: SecretRef): Result<string, ConnectFault> {
  const pem = new TextDecoder().decode(entry)
  const key = readClientKey(pem)
  return key.ok ? ok(pem) : secretFault(secretKeyUnusable(secret, key.error))
}

const bundleFault = (found: string): Result<never, ConnectFault> =>
  err({ kind: 'spec', message: `spec.caBundle ${found}; wanted base64 of PEM certificates` })

/** The schema sees base64 only; that there are certificates in it is found here. */
function readCaBundle({ caBundle }: IssuerSpec): Result<string | undefined, ConnectFault> {
  if (caBundle === undefined) return ok(undefined)
  const bytes = decodeBase64(caBundle)
  if (bytes === undefined) return bundleFault('is not base64')
  const certificates = decodePem(new TextDecoder().decode(bytes), {
    label: 'CERTIFICATE',
    maxBlocks: MAX_BUNDLE_CERTIFICATES,
    maxCharacters: MAX_BUNDLE_CHARACTERS,
  })
  if (!certificates.ok) return bundleFault(`holds no certificates: ${certificates.error}`)
  const bad = certificates.value.findIndex((der) => !isCertificate(der))
  if (bad >= 0)
    return bundleFault(`holds something else than a certificate in block ${String(bad + 1)}`)
  return ok(certificates.value.map((der) => encodePem('CERTIFICATE', der)).join(''))
}

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length > 0
  } catch {
    return false
  }
}
