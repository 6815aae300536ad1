import type { TextCsr } from '@edge-issuer/testbed/pki/csr'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import type { Admin } from '@edge-issuer/testbed/worker/admin'
/**
 * Many CertificateRequests, created and decided on as by cert-manager and its approver, but faster.
 *
 * @module
 */
import { z } from 'zod'
import { csrOf, type Scenario, SCENARIOS, type ScenarioName } from './scenarios.ts'

/** A request that was created. */
export interface Created {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly scenario: ScenarioName
  readonly csr: TextCsr
}

/** A request to create. */
export type Wanted = Pick<Created, 'scenario' | 'name' | 'namespace'>

/** Number of concurrent requests. */
const CONCURRENCY = 6
const CREATOR = 'edge-issuer-tests'
const APPROVER = 'edge-issuer-tests-approver'

const createdSchema = z.object({ metadata: z.object({ uid: z.string() }) })

/** Path of one CertificateRequest, or of all in the namespace. */
export const requestPath = (namespace: string, name?: string): string =>
  `/apis/cert-manager.io/v1/namespaces/${namespace}/certificaterequests${name === undefined ? '' : `/${name}`}`

/**
 * Creates requests in their order, a few at a time, and decides on each as its scenario says.
 *
 * @param onCreated - Called for each, with the number created so far.
 */
export async function createBurst(
  admin: Admin,
  wanted: readonly Wanted[],
  onCreated: (count: number) => void = () => undefined,
): Promise<readonly Created[]> {
  const waiting = wanted.values()
  const created: Created[] = []
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      // All take from the one iterator.
      for (const next of waiting) {
        created.push(await create(admin, next))
        onCreated(created.length)
      }
    }),
  )
  return created
}

async function create(admin: Admin, { scenario, name, namespace }: Wanted): Promise<Created> {
  const { issuerRef, decision, spec = {} }: Scenario = SCENARIOS[scenario]
  const csr = csrOf(SCENARIOS[scenario], name)
  const path = requestPath(namespace, name)
  const object = await admin.send({
    method: 'PATCH',
    path: `${path}?fieldManager=${CREATOR}`,
    body: requestManifest({ name, namespace, csrPem: csr.pem, issuerRef, spec }),
  })
  if (decision !== undefined) {
    await admin.send({
      method: 'PATCH',
      path: `${path}/status?fieldManager=${APPROVER}&force=true`,
      body: decisionManifest({ name, namespace }, decision),
    })
  }
  return { name, namespace, scenario, csr, uid: createdSchema.parse(object).metadata.uid }
}

const decisionManifest = (
  metadata: { readonly name: string; readonly namespace: string },
  type: 'Approved' | 'Denied',
): string =>
  JSON.stringify({
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata,
    status: {
      conditions: [
        {
          type,
          status: 'True',
          reason: 'Tests',
          message: 'decided by the tests',
          lastTransitionTime: new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
        },
      ],
    },
  })
