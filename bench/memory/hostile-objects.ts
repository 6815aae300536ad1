import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
/**
 * What a tenant makes who may create Issuers and CertificateRequests in one namespace: as many and as large
 * as the API server takes.
 *
 * @module
 */
import { caBundleLimit } from '@edge-issuer/testbed/relay/ca-bundle-limit'
import { SECRET_NAME } from '@edge-issuer/testbed/relay/objects'
import type { Api } from '../cluster/api.ts'
import { concurrently } from '../cluster/concurrently.ts'
import { LOAD_CONNECTIONS } from '../cluster/load.ts'
import { certificateRequest, namesOf } from '../cluster/requests.ts'

/** The tenant's namespace. */
export const HOSTILE_NAMESPACE = 'hostile'

/** Number of objects of the tenant, and what its Issuers name. */
export interface HostileOptions {
  readonly issuers: number
  readonly pending: number
  /** Base URL of a signing worker that responds. */
  readonly url: string
  /** PEM of the authority of that worker's TLS certificate. */
  readonly tlsCaPem: string
}

const GROUP = 'edge-issuer.dev'
/** A URL where nothing listens; the Secret of an Issuer with this URL is missing, too. */
const CLOSED_URL = 'https://127.0.0.1:9'
/** Bits of the number of an Issuer that appear in its caBundle, so that no two are equal. */
const DISTINCT_BITS = 17
/** Characters in an annotation of each object. */
const ANNOTATION_CHARACTERS = 4_096

/** Creates everything. Every second Issuer works; all requests name Issuers that do not. */
export async function createHostileObjects(api: Api, options: HostileOptions): Promise<void> {
  const maxCharacters = await caBundleLimit('issuers')
  const certificates = await certificatesFor(options.tlsCaPem, maxCharacters)
  await concurrently(namesOf('issuer', options.issuers), LOAD_CONNECTIONS, async (name) => {
    const index = Number(name.slice('issuer-'.length))
    const caBundle = Buffer.from(distinctBundle(certificates, index)).toString('base64')
    const works = index % 2 === 0
    const url = works ? options.url : CLOSED_URL
    const authSecretName = works ? SECRET_NAME : `missing-${String(index)}`
    const body = {
      apiVersion: `${GROUP}/v1alpha1`,
      kind: 'Issuer',
      metadata: metadataOf(name),
      spec: { url, authSecretName, caBundle },
    }
    await api.send({
      method: 'POST',
      path: `/apis/${GROUP}/v1alpha1/${IN_NAMESPACE}/issuers`,
      body,
    })
  })
  const key = makeKey('P-256')
  await concurrently(namesOf('request', options.pending), LOAD_CONNECTIONS, async (name) => {
    const index = Number(name.slice('request-'.length))
    const issuer = 1 + 2 * (index % Math.max(1, Math.ceil(options.issuers / 2)))
    const issuerRef = { group: GROUP, kind: 'Issuer', name: `issuer-${String(issuer)}` } as const
    const request = certificateRequest({ name, run: HOSTILE_NAMESPACE, issuerRef, key })
    const body = { ...request, metadata: metadataOf(name) }
    const path = `/apis/cert-manager.io/v1/${IN_NAMESPACE}/certificaterequests`
    await api.send({ method: 'POST', path, body })
  })
}

const IN_NAMESPACE = `namespaces/${HOSTILE_NAMESPACE}`

const metadataOf = (name: string): object => ({
  name,
  namespace: HOSTILE_NAMESPACE,
  annotations: { 'hostile.example/padding': 'x'.repeat(ANNOTATION_CHARACTERS) },
})

/** @returns As many authorities as fit into the limit, the worker's own first. */
async function certificatesFor(
  tlsCaPem: string,
  maxCharacters: number,
): Promise<readonly string[]> {
  const certificates = [tlsCaPem.trim()]
  // Base64 has 4 characters for 3 bytes; each certificate has room for two line ends.
  let bytes = Math.floor((maxCharacters * 3) / 4) - DISTINCT_BITS - tlsCaPem.length - 2
  for (let at = 1; ; at += 1) {
    const { certificatePem } = await createAuthority({ commonName: `authority ${String(at)}` })
    bytes -= certificatePem.trim().length + 2
    if (bytes < 0) return certificates
    certificates.push(certificatePem.trim())
  }
}

/** Between the first certificates there are one or two line ends, by the bits of `index`. */
const distinctBundle = (certificates: readonly string[], index: number): string =>
  certificates
    .map((pem, at) => `${pem}${at < DISTINCT_BITS && ((index >> at) & 1) === 1 ? '\n\n' : '\n'}`)
    .join('')
