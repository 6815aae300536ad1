/**
 * The way of the cluster: a CertificateRequest that cert-manager's webhook admits and cert-manager approves,
 * for the relay to send to the worker.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FieldCsr } from '@edge-issuer/testbed/field-csrs/corpus'
import { readRequested } from '@edge-issuer/testbed/field-csrs/requested'
import { z } from 'zod'
import { type Api, ApiError } from '../cluster/api.ts'
import { type IssuerRef, NAMESPACE, REQUESTS_PATH } from '../cluster/requests.ts'
import { checkCertificate } from './check-certificate.ts'
import type { Outcome } from './outcome.ts'

/** From the creation to the last check; a request takes less than a second on an idle machine. */
const DEADLINE_MS = 60_000
const POLL_INTERVAL_MS = 100

/** What a CertificateRequest is for. */
export interface RelayTrial {
  /** Name of the object; the name of the file may be none that Kubernetes takes. */
  readonly objectName: string
  readonly csr: FieldCsr
  /** PEM of the root that the chain must end at. */
  readonly root: string
  readonly issuer: IssuerRef
}

const requestSchema = z.object({
  status: z
    .object({
      certificate: z.string().optional(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .prefault({}),
})
type Observed = z.infer<typeof requestSchema>['status']

/** Creates the CertificateRequest and waits for its end. @throws ApiError when the API server fails */
export async function signByRelay(api: Api, trial: RelayTrial): Promise<Outcome> {
  const refusal = await create(api, trial)
  if (refusal !== undefined) return refusal
  const path = `${REQUESTS_PATH}/${trial.objectName}`
  const deadlineMs = performance.now() + DEADLINE_MS
  for (;;) {
    const { status } = requestSchema.parse(JSON.parse(await api.send({ method: 'GET', path })))
    const outcome = await endOf(status, trial)
    if (outcome !== undefined) return outcome
    if (performance.now() > deadlineMs) return { kind: 'unfinished', message: lastWords(status) }
    await sleep(POLL_INTERVAL_MS)
  }
}

/** @returns What the webhook or the schema says when the request is not admitted. */
async function create(
  api: Api,
  { objectName, csr, issuer }: RelayTrial,
): Promise<Outcome | undefined> {
  const { usages, isCA } = readRequested(csr.content)
  const body = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name: objectName, namespace: NAMESPACE },
    spec: {
      request: Buffer.from(csr.content).toString('base64'),
      issuerRef: issuer,
      isCA,
      ...(usages.length === 0 ? {} : { usages }),
    },
  }
  try {
    await api.send({ method: 'POST', path: REQUESTS_PATH, body })
    return undefined
  } catch (error) {
    const message = error instanceof ApiError ? admissionRefusal(error) : undefined
    if (message === undefined) throw error
    return { kind: 'refused', by: 'webhook', message }
  }
}

const statusSchema = z.object({ message: z.string() })

/** @returns Why the request was not admitted, or nothing when the API server failed in another way. */
function admissionRefusal({ status, body }: ApiError): string | undefined {
  const isInvalid = status === 422
  const isDenied = body.includes('admission webhook') && body.includes('denied the request')
  if (!isInvalid && !isDenied) return undefined
  return statusSchema.parse(JSON.parse(body)).message
}

async function endOf(
  { certificate, conditions }: Observed,
  { csr, root }: RelayTrial,
): Promise<Outcome | undefined> {
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready?.reason === 'Failed' || ready?.reason === 'Denied') {
    return { kind: 'refused', by: 'worker', message: ready.message }
  }
  if (ready?.status !== 'True') return undefined
  const chain = Buffer.from(certificate ?? '', 'base64').toString('utf8')
  return checkCertificate({ chain, root, csr: csr.content })
}

function lastWords({ conditions }: Observed): string {
  const said = conditions.map(({ type, reason, message }) => `${type} (${reason}): ${message}`)
  return `not Ready after ${String(DEADLINE_MS / 1000)} s; ${said.join('; ')}`
}
