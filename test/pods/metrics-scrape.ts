import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
/**
 * Metrics as a Prometheus in the cluster gets them: from a Pod, by the address of the Service.
 *
 * @module
 */
import { z } from 'zod'
import { mustKubectl } from '../e2e/environment.ts'
import type { Scrape } from '../e2e/observability/scrapes.ts'
import { runInPod } from './pods.ts'

const SERVICE = `service/edge-issuer-metrics --namespace=${RELAY_SERVICE_ACCOUNT.namespace}`

const scrapeSchema = z.object({ status: z.int(), body: z.string() })

/** Sends the request from inside the Pod, with a token if there is one, and accepts any certificate. */
export async function scrapeFromPod(
  plane: ControlPlane,
  pod: string,
  token?: string,
): Promise<Scrape> {
  const host = await mustKubectl(plane, `get ${SERVICE} -o jsonpath={.spec.clusterIP}`)
  const port = await mustKubectl(plane, `get ${SERVICE} -o jsonpath={.spec.ports[0].port}`)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { host, port, path: '/metrics', headers, rejectUnauthorized: false }
  const output = await runInPod(
    plane,
    pod,
    `require('node:https').get(${JSON.stringify(options)}, async (answer) => {
      const body = (await answer.toArray()).join('')
      console.log(JSON.stringify({ status: answer.statusCode, body }))
    })`,
  )
  return scrapeSchema.parse(JSON.parse(output))
}
