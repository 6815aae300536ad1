/**
 * The chart without permission to read Secrets: the relay's Pod holds nothing that is of use elsewhere or later.
 *
 * @module
 */
import { ok } from '@edge-issuer/shared'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { certificateManifest, issuerManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { z } from 'zod'
import { createSignerClientAs } from '../../relay/src/signer/client.ts'
import { readClientKey } from '../../relay/src/signer/credentials.ts'
import { CHART, helm } from '../deploy/cluster/helm.ts'
import { kubectlWait, mustKubectl, TIMEOUT } from '../e2e/environment.ts'
import { createWorkerAdmin, tokenSpec } from '../support/edge/enrolment.ts'
import { type InstalledRelay, startInstalledRelay } from './installed-relay.ts'
import { leaderAndFollower, leaderName, relayPid, relayPods } from './pods.ts'
import { type StolenToken, tokensInMemory } from './process-memory.ts'

const ADMIN = createWorkerAdmin()
const CLIENT = 'prod-eu-3'
const LIMIT_MS = 60_000
const NEVER = new AbortController().signal

describe.skipIf(inject('missingForNode').length > 0)('the chart without Secrets', () => {
  let relay: InstalledRelay

  beforeAll(async () => {
    relay = await startInstalledRelay(
      async ({ plane }) => {
        await mustKubectl(plane, 'create namespace edge-issuer')
        const flags = ['--namespace=edge-issuer', '--set=rbac.secrets=false']
        const { code, stderr } = await helm(
          ['install', 'edge-issuer', CHART, ...flags],
          plane.adminKubeconfig,
        )
        if (code !== 0) throw new Error(stderr)
      },
      {
        configure: ADMIN.configure,
        makeIssuer: async (at) => {
          await ADMIN.addClient(at, CLIENT)
          const spec = tokenSpec(CLIENT, {})
          const issuer = { kind: 'ClusterIssuer', name: 'edge', spec } as const
          await at.plane.apply(issuerManifest(at.signer, issuer))
          const ready = ['clusterissuer.edge-issuer.dev/edge', 'condition=Ready', TIMEOUT] as const
          await kubectlWait(at.plane, ready, 'default')
        },
      },
    )
  })
  afterAll(async () => {
    await relay.stop()
  })

  /** @returns What the leader's memory has. */
  const stealTokens = async (): Promise<readonly StolenToken[]> => {
    const { leader } = await leaderAndFollower(relay.plane)
    return tokensInMemory(await relayPid(relay.cgroups, leader.uid))
  }

  it('a Certificate is issued, and no Secret is mounted or readable', async ({ expect }) => {
    const { plane } = relay
    const issuer = { kind: 'ClusterIssuer', name: 'edge' } as const
    await plane.apply(certificateManifest({ name: 'web', namespace: 'default', issuer }))
    await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], 'default')
    const as = '--as=system:serviceaccount:edge-issuer:edge-issuer-relay'
    for (const verb of ['get', 'list', 'watch']) {
      for (const place of ['-n edge-issuer', '-n default', '--all-namespaces']) {
        const asked = await plane.kubectl(`auth can-i ${verb} secrets ${place} ${as}`.split(' '))
        expect(asked.stdout.trim()).toBe('no')
      }
    }
    const [pod] = await relayPods(plane)
    const json = await mustKubectl(plane, `get pod ${pod?.name ?? ''} -n edge-issuer -o json`)
    const { volumes, containers } = podSchema.parse(JSON.parse(json)).spec
    expect(volumes.flatMap(({ projected }) => projected.sources.flatMap(Object.keys))).toEqual([
      'serviceAccountToken',
      'configMap',
      'downwardAPI',
    ])
    expect(JSON.stringify(containers)).not.toMatch(/secret(KeyRef|Ref)/)
  })

  it('a token that was copied out of the Pod is refused without the key', async ({ expect }) => {
    const { signer } = relay
    const stolen = await stealTokens()
    expect(stolen.length).toBeGreaterThan(0)
    const key = readClientKey(makeKey('Ed25519').privateKeyPem)
    if (!key.ok) throw new Error(key.error)
    for (const { token, audience } of stolen) {
      expect(audience).toContain(`edge-issuer:v1:${signer.worker.url};jkt=`)
      const read = async () => Promise.resolve(ok(token))
      const client = createSignerClientAs(
        { key: key.value, serviceAccount: { client: CLIENT, read } },
        { url: signer.worker.url, caBundlePem: signer.tlsCaPem },
      )
      if (!client.ok) throw new Error(client.error)
      expect(await client.value.health('default', NEVER)).toMatchObject({
        error: { code: 'credentials_rejected' },
      })
      await client.value.close()
      // Nor is it of use at the API server.
      const server = [`--server=${relay.plane.server}`, '--insecure-skip-tls-verify']
      const asked = await relay.plane.kubectl(['auth', 'whoami', `--token=${token}`, ...server], {
        kubeconfig: '/dev/null',
      })
      expect(asked.stderr).toContain('Unauthorized')
    }
  })

  it('a relay that is killed makes a new key', async ({ expect }) => {
    const { plane, cgroups } = relay
    const before = new Set((await stealTokens()).map(({ audience }) => audience))
    const { leader, follower } = await leaderAndFollower(plane)
    process.kill(await relayPid(cgroups, leader.uid), 'SIGKILL')
    await pollUntil({
      what: 'the other replica to lead',
      probe: async () => (await leaderName(plane)) === follower.name,
      timeoutMs: LIMIT_MS,
    })
    const issuer = { kind: 'ClusterIssuer', name: 'edge' } as const
    await plane.apply(certificateManifest({ name: 'after', namespace: 'default', issuer }))
    await kubectlWait(plane, ['certificate/after', 'condition=Ready', TIMEOUT], 'default')
    await relay.rolledOut()
    const after = await stealTokens()
    expect(after.length).toBeGreaterThan(0)
    expect(after.filter(({ audience }) => before.has(audience))).toEqual([])
  })
})

const podSchema = z.object({
  spec: z.object({
    volumes: z.array(
      z.object({ projected: z.object({ sources: z.array(z.record(z.string(), z.unknown())) }) }),
    ),
    containers: z.array(z.unknown()),
  }),
})
