/**
 * Issuers without a Secret: enrolled from the cluster, through a rotation of the API server's signing key, and not
 * for another cluster.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { issuerManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { createWorkerAdmin, tokenSpec } from '../../support/edge/enrolment.ts'
import {
  type EdgeEnvironment,
  getObject,
  kubectlWait,
  mustKubectl,
  readyOf,
  startEdgeEnvironment,
  TIMEOUT,
} from '../environment.ts'
import { eventsOf, isSigned, makeSigningRequest } from '../issuing/signing-requests.ts'

const JUMPING_CLOCK = new URL('../../../testbed/src/relay/jumping-clock.ts', import.meta.url).href
const TIMEOUT_MS = 60_000
const NAMESPACE = 'default'
const CLIENT = 'prod-eu-3'
const ADMIN = createWorkerAdmin()

let edge: EdgeEnvironment
let count = 0

beforeAll(async () => {
  edge = await startEdgeEnvironment({
    isSpedUp: true,
    signer: { configure: ADMIN.configure },
  })
  const { plane } = edge
  // No permission to read any Secret.
  await mustKubectl(plane, 'delete clusterrole edge-issuer-credential-reader')
  await edge.restartRelay({
    kubeconfig: await impersonatingKubeconfig(plane),
    preload: JUMPING_CLOCK,
  })
  await ADMIN.addClient(edge, CLIENT)
})

afterAll(async () => {
  await edge.stop()
})

const kubeconfigSchema = z.looseObject({
  users: z.tuple([z.object({ name: z.string(), user: z.looseObject({}) })]),
})

/** Writes a kubeconfig of the relay that does not depend on the keys of tokens. @returns Its path. */
async function impersonatingKubeconfig(plane: ControlPlane): Promise<string> {
  const config = kubeconfigSchema.parse(parse(await readFile(plane.adminKubeconfig, 'utf8')))
  const [{ name, user }] = config.users
  const { namespace, name: account } = RELAY_SERVICE_ACCOUNT
  const as = `system:serviceaccount:${namespace}:${account}`
  const path = join(plane.directory, 'impersonating.yaml')
  await writeFile(path, stringify({ ...config, users: [{ name, user: { ...user, as } }] }))
  return path
}

const clusterIssuer = (name: string, spec: object): string =>
  issuerManifest(edge.signer, { kind: 'ClusterIssuer', name, spec })

/** Creates a request for ClusterIssuer `edge`, approved; the API server may be restarting. @returns Its name. */
async function request(): Promise<string> {
  count += 1
  const name = `web-${String(count)}`
  const csrPem = createCsr({ dnsNames: [`${name}.example.com`] }).pem
  await pollUntil({
    what: `${name} to be approved`,
    probe: async () => {
      await makeSigningRequest(edge.plane, { name, csrPem })
      return true
    },
    timeoutMs: TIMEOUT_MS,
  })
  return `csr/${name}`
}

/** Waits until the relay has logged this. */
const relayLogs = async (text: string): Promise<void> =>
  pollUntil({
    what: `the relay to log: ${text}`,
    probe: async () => (await readFile(edge.relay().logFile, 'utf8')).includes(text),
    timeoutMs: TIMEOUT_MS,
  })

describe('an issuer with a ServiceAccount', () => {
  it('is Ready and signs, as a ClusterIssuer with that of the relay', async ({ expect }) => {
    await edge.plane.apply(clusterIssuer('edge', tokenSpec(CLIENT, {})))
    await kubectlWait(
      edge.plane,
      ['clusterissuer.edge-issuer.dev/edge', 'condition=Ready', TIMEOUT],
      NAMESPACE,
    )
    const name = await request()
    await isSigned(edge.plane, name)
    expect(await mustKubectl(edge.plane, 'get secrets --all-namespaces -o name')).not.toContain(
      'edge-client',
    )
  })

  it('says what to grant, and is Ready once it is, as an Issuer', async ({ expect }) => {
    const { plane, signer } = edge
    const subject = `system:serviceaccount:${NAMESPACE}:edge-client`
    await ADMIN.addClient(edge, 'team-a', '--subject', subject)
    await mustKubectl(plane, `create serviceaccount edge-client -n ${NAMESPACE}`)
    const spec = tokenSpec('team-a', { name: 'edge-client' })
    const issuer = { kind: 'Issuer', name: 'team-a', namespace: NAMESPACE, spec } as const
    await plane.apply(issuerManifest(signer, issuer))
    const message = await messageOf(plane, 'issuer.edge-issuer.dev/team-a', 'grant it with: ')
    const [, commands = ''] = message.split('grant it with: ')
    for (const command of commands.split(' && ')) {
      await mustKubectl(plane, command.replace(/^kubectl /, ''))
    }
    await kubectlWait(
      plane,
      ['issuer.edge-issuer.dev/team-a', 'condition=Ready', TIMEOUT],
      NAMESPACE,
    )
    expect(commands).toContain('edge-issuer-token-requester')
  })

  it('is refused as a client whose subjects do not have its ServiceAccount', async ({ expect }) => {
    await edge.plane.apply(clusterIssuer('stranger', tokenSpec('team-a', {})))
    expect(
      await messageOf(edge.plane, 'clusterissuer.edge-issuer.dev/stranger', 'credentials_rejected'),
    ).toContain('the request named client "team-a" and had a ServiceAccount token')
  })
})

describe('a rotation of the signing key of the API server', () => {
  it('stops no request: the relay pushes the new keys', async ({ expect }) => {
    const { plane } = edge
    const key = (name: string): string => join(plane.directory, 'pki', name)
    const old = { privateKey: key('service-account.key'), publicKey: key('service-account.pub') }
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const next = { privateKey: key('next.key'), publicKey: key('next.pub') }
    await writeFile(next.privateKey, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await writeFile(next.publicKey, publicKey.export({ type: 'spki', format: 'pem' }))
    const requests: string[] = [await request()]
    // kubeadm's way: the new key verifies first, then it signs, then the old one goes.
    await plane.restartApiServer({
      privateKey: old.privateKey,
      publicKeys: [old.publicKey, next.publicKey],
    })
    requests.push(await request())
    await relayLogs('"keys":2')
    await plane.restartApiServer({
      privateKey: next.privateKey,
      publicKeys: [next.publicKey, old.publicKey],
    })
    process.kill(edge.relay().pid, 'SIGUSR2')
    requests.push(await request())
    await plane.restartApiServer({
      privateKey: next.privateKey,
      publicKeys: [next.publicKey],
    })
    requests.push(await request())
    await relayLogs('"keys":1')
    process.kill(edge.relay().pid, 'SIGUSR2')
    requests.push(await request())
    for (const name of requests) {
      await isSigned(plane, name)
      const events = await eventsOf(plane, name)
      // An API server that restarts may refuse a write of the status, which is repeated.
      const expected = /^(?:Normal |Warning StatusNotWritten: )/
      expect(events.filter((event) => !expected.test(event))).toEqual([])
    }
  })
})

describe('another cluster with the same token issuer', () => {
  it('cannot use the client of the first one', async ({ expect }) => {
    const other = await startControlPlane()
    try {
      await other.apply(await manifests('crds', 'relay'))
      const relay = await startRelayProcess({
        kubeconfig: await other.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT),
        logFile: join(other.directory, 'relay.log'),
        flags: ['--leader-elect=false'],
      })
      try {
        await other.apply(clusterIssuer('edge', tokenSpec(CLIENT, {})))
        expect(
          await messageOf(other, 'clusterissuer.edge-issuer.dev/edge', 'credentials_rejected'),
        ).toContain(`the request named client "${CLIENT}" and had a ServiceAccount token`)
      } finally {
        await relay.stop(TIMEOUT_MS)
      }
    } finally {
      await other.stop()
    }
  })
})

/** Waits until the Ready condition contains a text. @returns Its message. */
async function messageOf(plane: ControlPlane, name: string, text: string): Promise<string> {
  let message = ''
  await pollUntil({
    what: `${name} to say: ${text}`,
    probe: async () => {
      message = readyOf(await getObject(plane, name, NAMESPACE))?.message ?? ''
      return message.includes(text)
    },
    timeoutMs: TIMEOUT_MS,
  })
  return message
}
