/**
 * CertificateRequests as programs make them that are not here: istio-csr, SPIRE Server, csi-driver, openshift-routes.
 *
 * @module
 */
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { getObject, readyOf } from '../../environment.ts'

const TIMEOUT_MS = 60_000

/** A request that a program makes by itself. */
export interface ProgramRequest {
  readonly name: string
  readonly namespace: string
  readonly issuer: { readonly kind: 'Issuer' | 'ClusterIssuer'; readonly name: string }
  readonly csrPem: string
  readonly spec: object
}

/** The result of a request: its chain, or why it failed. */
export interface Decision {
  readonly chain: string
  readonly message: string
}

/** Makes a request and waits until it is decided. */
export async function decided(plane: ControlPlane, one: ProgramRequest): Promise<Decision> {
  const { name, namespace, csrPem, issuer, spec } = one
  const issuerRef = { group: 'edge-issuer.dev', ...issuer }
  await plane.apply(requestManifest({ name, namespace, csrPem, issuerRef, spec }))
  let decision: Decision | undefined
  await pollUntil({
    what: `${namespace}/${name} to be decided`,
    probe: async () => {
      const observed = await getObject(plane, `certificaterequest/${name}`, namespace)
      const { reason = '', message = '' } = readyOf(observed) ?? {}
      if (!['Issued', 'Failed'].includes(reason)) return false
      const chain = Buffer.from(observed.status.certificate ?? '', 'base64').toString()
      decision = { chain, message }
      return true
    },
    timeoutMs: TIMEOUT_MS,
  })
  return decision ?? { chain: '', message: '' }
}

/** Makes a request that must be signed. @returns Its chain. @throws Error with the reason of a refusal */
export async function signed(plane: ControlPlane, one: ProgramRequest): Promise<string> {
  const { chain, message } = await decided(plane, one)
  if (chain === '') throw new Error(message)
  return chain
}

/** A request by openssl. @returns PEM. */
export const csr = async (subject: string, names: string): Promise<string> =>
  openssl(
    `req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -subj ${subject} -addext subjectAltName=${names}`.split(
      ' ',
    ),
  )
