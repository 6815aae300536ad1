/**
 * What is done in a kind cluster, as far as a cluster without nodes allows: the relay is a process here.
 *
 * @module
 */
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { issueInCluster } from '../../../deploy/kind/issue.ts'
import { KINDS } from '../../../deploy/kind/manifests.ts'
import { IMAGE } from '../../../deploy/kind/steps.ts'
import { kustomize } from '../../../deploy/tools/pinned-kustomize.ts'
import { objectsIn, relayContainerIn } from './objects.ts'

it('what is deployed is what is shipped, but for the image and where the worker may be', async ({
  expect,
}) => {
  const [kind, shipped] = await Promise.all([kustomize('../kind'), kustomize('base')])
  expect(relayContainerIn(objectsIn(kind)).image).toBe(IMAGE)
  const image = /image: \S+/gu
  const allowed = /^ +- --issuer-url-allow=\S+\n/gmu
  expect(kind.match(allowed)).toHaveLength(1)
  expect(kind.replaceAll(image, '').replaceAll(allowed, '')).toBe(shipped.replaceAll(image, ''))
})

describe('issueInCluster', () => {
  let plane: ControlPlane
  let relay: ManagedProcess

  beforeAll(async () => {
    plane = await startControlPlane()
    await plane.apply(await manifests('crds', 'relay', 'approve'))
    relay = await startRelayProcess({
      kubeconfig: await plane.kubeconfigForServiceAccount(RELAY_SERVICE_ACCOUNT),
      logFile: join(plane.directory, 'relay.log'),
      flags: ['--leader-elect=false'],
    })
  })

  afterAll(async () => {
    await relay.stop(30_000)
    await plane.stop()
  })

  const kubectl = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args, stdin === undefined ? {} : { stdin })
    if (code !== 0) throw new Error(stderr)
    return stdout
  }

  const issue = async (): Promise<readonly string[]> => {
    const said: string[] = []
    await issueInCluster({
      listenAddress: '127.0.0.1',
      host: 'localhost',
      kubectl,
      directory: join(plane.directory, 'signer'),
      say: (line) => said.push(line),
    })
    return said
  }

  it('both kinds of issuer give certificates, now and when relays were replaced', async ({
    expect,
  }) => {
    const said = await issue()
    for (const kind of KINDS) {
      expect(said).toContain(`${kind}.edge-issuer.dev/edge is Ready`)
      const chains = said.filter((line) => line.endsWith(`a chain to the root, from the ${kind}`))
      expect(chains).toHaveLength(2)
    }
    const list = await kubectl(['get', 'certificates', '-n', 'kind-e2e', '-o', 'name'])
    expect(list.trim().split('\n')).toHaveLength(4)
  })

  it('can be done again in the same cluster, with another worker on another port', async ({
    expect,
  }) => {
    const [first = ''] = await issue()
    const [, port] = /https:\/\/localhost:(\d+)/.exec(first) ?? []
    expect(port).toBeDefined()
    const policies = await kubectl(['get', 'networkpolicies', '-A', '-o', 'yaml'])
    expect(policies).toContain(`port: ${port ?? ''}`)
  })
})
