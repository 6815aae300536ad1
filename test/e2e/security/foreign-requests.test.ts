/**
 * Thousands of requests of other issuers: the relay does not keep them, whether or not the API server can
 * filter them.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createBurst, requestPath } from '../../support/edge/burst.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'

const REQUESTS = 5_000
const CONCURRENCY = 8
/** About what the certificate, the chain and the managed fields of a request that was issued take. */
const PADDING = 'x'.repeat(12_000)
/** Not enough to read them all at once or to keep them: they are 65 MB of text. */
const HEAP_MEGABYTES = 80
/** Memory limit of the container. */
const LIMIT_MEGABYTES = 256
/** For the listing, on a busy machine. */
const LISTING_TIMEOUT = '300s'
const CREATION_TIMEOUT_MS = 900_000
const CRD = 'crd/certificaterequests.cert-manager.io'

let edge: EdgeEnvironment
let admin: Admin

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  await readyClusterIssuer(edge)
  admin = await createAdmin(edge.plane)
  // cert-manager is not what is measured; without its webhook the requests are made in a tenth of the time.
  await edge.plane.stopCertManager()
  await mustKubectl(edge.plane, 'delete validatingwebhookconfigurations --all')
  await mustKubectl(edge.plane, 'delete mutatingwebhookconfigurations --all')
  await createForeign()
}, CREATION_TIMEOUT_MS)

afterAll(async () => {
  admin.close()
  await edge.stop()
})

async function createForeign(): Promise<void> {
  const { pem } = createCsr({ dnsNames: ['foreign.example.com'] })
  const issuerRef = { group: 'other.example.com', kind: 'Issuer', name: 'other' }
  const waiting = Array.from({ length: REQUESTS }, (_, at) => `foreign-${String(at)}`).values()
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      // All take from the one iterator.
      for (const name of waiting) {
        const manifest = requestManifest({ name, namespace: 'default', csrPem: pem, issuerRef })
        await admin.send({
          method: 'PATCH',
          path: `${requestPath('default', name)}?fieldManager=tests`,
          body: manifest.replace('metadata:', `metadata:\n  annotations: {padding: ${PADDING}}`),
        })
      }
    }),
  )
}

/** The relay's peak memory, in megabytes. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${String(edge.relay().pid)}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Infinity) / 1_024
}

describe.for([
  { server: 'selects them by issuer group', name: 'selected' },
  { server: 'knows no such field selector', name: 'whole' },
])(
  '28: 5000 requests of another group, and an API server that $server',
  { tags: ['AC-28'] },
  ({ name }) => {
    it('a relay with little memory issues', { timeout: 600_000 }, async ({ expect }) => {
      const { plane } = edge
      if (name === 'whole') {
        const patch = '[{"op":"remove","path":"/spec/versions/0/selectableFields"}]'
        await mustKubectl(plane, `patch ${CRD} --type=json -p`, patch)
      }
      await edge.restartRelay({ heapMegabytes: HEAP_MEGABYTES, awaitsReadiness: false })
      await createBurst(admin, [{ scenario: 'good', name, namespace: 'default' }])
      const request = `certificaterequest/${name}`
      await kubectlWait(plane, [request, 'condition=Ready', LISTING_TIMEOUT], 'default')
      expect(edge.relay().end()).toBeUndefined()
      expect(await peakMegabytes()).toBeLessThan(LIMIT_MEGABYTES)
      const isWhole = (await readFile(edge.relay().logFile, 'utf8')).includes(
        'reading the whole collection',
      )
      expect(isWhole).toBe(name === 'whole')
    })
  },
)
