import { X509Certificate } from 'node:crypto'
/**
 * kill −9 at the worst moment: after the worker has answered, before the status is written.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { type ApiProxy, startApiProxy } from '../support/api-proxy.ts'
import { createCsr } from '../support/csr.ts'
import { requestManifest } from '../support/edge/objects.ts'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  PATIENCE,
  readyClusterIssuer,
  startEdgeEnvironment,
} from './environment.ts'

let edge: EdgeEnvironment
let proxy: ApiProxy
/** Called for each request of the relay that goes through the proxy. */
let admit: (request: { readonly method: string; readonly path: string }) => Promise<boolean>

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  const { plane } = edge
  admit = async () => Promise.resolve(true)
  proxy = await startApiProxy({
    server: plane.server,
    caPem: plane.caPem,
    admit: async (request) => admit(request),
  })
})

afterAll(async () => {
  await proxy.stop()
  await edge.stop()
})

it('the certificate that the ledger holds is the one that ends in the request', async ({
  expect,
}) => {
  const { plane, signer } = edge
  await readyClusterIssuer(edge)
  await edge.restartRelay({ kubeconfig: await kubeconfigThroughProxy() })

  const killed = Promise.withResolvers<void>()
  admit = async ({ method, path }) => {
    if (method !== 'PATCH' || !path.includes('/certificaterequests/web/status')) return true
    await edge.relay().kill()
    killed.resolve()
    return false
  }
  const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
  const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  await plane.apply(requestManifest({ name: 'web', namespace: 'default', csrPem, issuerRef }))
  await killed.promise
  const name = 'certificaterequest/web'
  const before = await getObject(plane, name, 'default')
  expect(before.status.certificate).toBeUndefined()

  await edge.restartRelay({ kubeconfig: edge.relayKubeconfig })
  await kubectlWait(plane, [name, 'condition=Ready', PATIENCE], 'default')
  const after = await getObject(plane, name, 'default')
  const pem = Buffer.from(after.status.certificate ?? '', 'base64').toString()
  const serialNumber = new X509Certificate(pem).serialNumber.toLowerCase()

  const answers = await workerAnswers(before.metadata.uid)
  expect(answers.map(({ outcome }) => outcome)).toEqual(['issued', 'replayed'])
  expect(answers.map((answer) => answer.serialNumber)).toEqual([serialNumber, serialNumber])
  await signer.worker.stop()
  expect(await ledgerRows()).toBe(1)
})

async function kubeconfigThroughProxy(): Promise<string> {
  const config = z
    .object({ users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]) })
    .parse(parse(await readFile(edge.relayKubeconfig, 'utf8')))
  return writeKubeconfig({
    folder: edge.plane.directory,
    name: 'relay-through-proxy',
    server: proxy.url,
    caPem: proxy.caPem,
    login: { kind: 'token', token: config.users[0].user.token },
  })
}

const answerSchema = z.object({ uid: z.string(), outcome: z.string(), serialNumber: z.string() })

/** What the worker logged of a request, in order. */
async function workerAnswers(uid: string): Promise<readonly z.infer<typeof answerSchema>[]> {
  const lines = (await readFile(edge.signer.worker.logFile, 'utf8')).split('\n')
  return lines
    .filter((line) => line.includes(`"${uid}"`))
    .map((line) => answerSchema.parse(JSON.parse(line)))
}

/** Counts the rows of every ledger on disk; the worker must have ended. */
async function ledgerRows(): Promise<number> {
  const root = join(edge.plane.directory, 'signer', 'worker', 'ledger')
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.sqlite') && !file.endsWith('metadata.sqlite'),
  )
  let rows = 0
  for (const file of files) {
    using database = new DatabaseSync(join(root, file), { readOnly: true })
    const counted = database.prepare('SELECT count(*) AS n FROM issuance').get()
    rows += Number(counted?.['n'])
  }
  return rows
}
