/**
 * What is in the image, run as in the image: with the arguments, the environment and the permissions of a
 * pod, and Node's flags of the image, it issues.
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import {
  type ManagedProcess,
  startProcess,
  waitUntilReady,
} from '@edge-issuer/testbed/processes/process'
import {
  certificateManifest,
  issuerManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, it } from 'vitest'
import { buildImageFiles, IMAGE_FILES, NODE_FLAGS } from '../../../deploy/images/relay-files.ts'
import { kustomize } from '../../../deploy/tools/pinned-kustomize.ts'
import { getObject, kubectlWait, TIMEOUT, readyOf } from '../../e2e/environment.ts'
import { objectsIn, relayContainerIn } from './objects.ts'

const STOP_GRACE_MS = 30_000
const READY_TIMEOUT_MS = 60_000

let plane: ControlPlane
let signer: EdgeSigner
let relay: ManagedProcess
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'))
  await buildImageFiles(folder)
  plane = await startControlPlane()
  signer = await startEdgeSigner({ directory: join(plane.directory, 'signer') })
  const yaml = await kustomize('base')
  await plane.apply(yaml)
  relay = await startAsInPod(yaml)
})

afterAll(async () => {
  await relay.stop(STOP_GRACE_MS)
  await signer.worker.stop()
  await plane.stop()
  await rm(folder, { recursive: true })
})

/** Flags that a pod does not need, and ports that are free here. */
async function startAsInPod(yaml: string): Promise<ManagedProcess> {
  const { args, env } = relayContainerIn(objectsIn(yaml))
  const kubeconfig = await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT)
  const [health = 0, metrics = 0] = await freePorts(2)
  const process = await startProcess({
    name: 'relay',
    command: globalThis.process.execPath,
    args: [
      ...NODE_FLAGS,
      join(folder, IMAGE_FILES.bundle),
      ...args,
      `--kubeconfig=${kubeconfig}`,
      `--cluster-resource-namespace=${RELAY_SERVICE_ACCOUNT.namespace}`,
      `--health-probe-bind-address=127.0.0.1:${String(health)}`,
      `--metrics-bind-address=127.0.0.1:${String(metrics)}`,
    ],
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
    cwd: folder,
    logFile: join(plane.directory, 'relay.log'),
  })
  return waitUntilReady(process, {
    timeoutMs: READY_TIMEOUT_MS,
    probe: async () => (await fetch(`http://127.0.0.1:${String(health)}/readyz`)).ok,
  })
}

it('the bundle issues, and is refused nothing by Node or the API server', async ({ expect }) => {
  await plane.apply(
    [
      secretManifest(RELAY_SERVICE_ACCOUNT.namespace, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
      certificateManifest({
        name: 'web',
        namespace: 'default',
        issuer: { kind: 'ClusterIssuer', name: 'edge' },
      }),
    ].join('---\n'),
  )
  await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], 'default')
  expect(readyOf(await getObject(plane, 'certificate/web', 'default'))?.reason).toBe('Ready')
  const log = await readFile(relay.logFile, 'utf8')
  expect(log).not.toMatch(/ERR_ACCESS_DENIED|forbidden|"level":"error"/u)
})

it('the bundle ends in order on SIGTERM', async ({ expect }) => {
  expect(await relay.stop(STOP_GRACE_MS)).toEqual({ code: 0, signal: null })
})
