/**
 * SIGKILL at the worst moment: after the worker's response, before the status is written.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { requestManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import { type ApiProxy, startApiProxy } from '../../support/edge/api-proxy.ts'
import { readLedgerFiles } from '../../support/edge/ledger-files.ts'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'

let edge: EdgeEnvironment
let proxy: ApiProxy

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  proxy = await startApiProxy(edge.plane, { kubeconfig: edge.relayKubeconfig })
})

afterAll(async () => {
  await proxy.stop()
  await edge.stop()
})

it(
  'the request gets the certificate that the ledger has',
  { tags: ['AC-17'] },
  async ({ expect }) => {
    const { plane, signer } = edge
    await readyClusterIssuer(edge)
    await edge.restartRelay({ kubeconfig: proxy.kubeconfig })

    const killed = Promise.withResolvers<void>()
    proxy.inject(async ({ kind, path }) => {
      if (kind !== 'patch certificaterequests/status' || !path.includes('/web/')) return undefined
      await edge.relay().kill()
      killed.resolve()
      return { kind: 'drop-request' }
    })
    const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
    const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
    await plane.apply(requestManifest({ name: 'web', namespace: 'default', csrPem, issuerRef }))
    await killed.promise
    const name = 'certificaterequest/web'
    const before = await getObject(plane, name, 'default')
    expect(before.status.certificate).toBeUndefined()

    await edge.restartRelay({ kubeconfig: edge.relayKubeconfig })
    await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], 'default')
    const after = await getObject(plane, name, 'default')
    const pem = Buffer.from(after.status.certificate ?? '', 'base64').toString()
    const serialNumber = new X509Certificate(pem).serialNumber.toLowerCase()

    const answers = await workerAnswers(before.metadata.uid)
    expect(answers.map(({ outcome }) => outcome)).toEqual(['issued', 'replayed'])
    expect(answers.map((answer) => answer.serialNumber)).toEqual([serialNumber, serialNumber])
    await signer.worker.stop()
    const rows = await readLedgerFiles(join(plane.directory, 'signer'))
    expect(rows).toEqual([{ uid: before.metadata.uid, serialNumber }])
  },
)

const answerSchema = z.object({ uid: z.string(), outcome: z.string(), serialNumber: z.string() })

/** The worker's log messages about a request, in order. */
async function workerAnswers(uid: string): Promise<readonly z.infer<typeof answerSchema>[]> {
  const lines = (await readFile(edge.signer.worker.logFile, 'utf8')).split('\n')
  return lines
    .filter((line) => line.includes(`"${uid}"`))
    .map((line) => answerSchema.parse(JSON.parse(line)))
}
