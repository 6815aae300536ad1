import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { certificateManifest } from '@edge-issuer/testbed/relay/objects'
/**
 * The released manifest, applied to a cluster with a node.
 *
 * @module
 */
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { z } from 'zod'
import { getObject, kubectlWait, mustKubectl, TIMEOUT, readyOf } from '../e2e/environment.ts'
import { bindScraper, makeServiceAccount, tokenOf } from '../e2e/observability/scrapes.ts'
import { buildRelayImage } from './images/shipped-images.ts'
import {
  applyInstallManifest,
  type InstalledRelay,
  startInstalledRelay,
} from './installed-relay.ts'
import { podMemory } from './memory.ts'
import { scrapeFromPod } from './metrics-scrape.ts'
import { leaderAndFollower, leaderName, relayPid, relayPods, runInPod } from './pods.ts'
import { requestsAtOnce, requestsDuring } from './request-stream.ts'

const MEBIBYTE = 2 ** 20
/** The memory limit of `deploy/kustomize/workload/deployment.yaml`. */
const MEMORY_LIMIT = 256 * MEBIBYTE
const BURST = 300
const NEXT_IMAGE = 'ghcr.io/edge-issuer/relay:0.1.1-next'
const LIMIT_MS = 60_000
/** Three probes that are 20 s apart and wait for 5 s, and 30 s to end in order. */
const HANG_TIMEOUT = '180s'

describe.skipIf(inject('missingForNode').length > 0)('install.yaml on a node', () => {
  let relay: InstalledRelay

  beforeAll(async () => {
    relay = await startInstalledRelay(async ({ plane }) => applyInstallManifest(plane))
  })
  afterAll(async () => {
    await relay.stop()
  })

  it('two Pods are ready in a namespace that admits restricted ones only', async ({ expect }) => {
    const { plane } = relay
    const label = 'jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}'
    expect(await mustKubectl(plane, `get namespace edge-issuer -o ${label}`)).toBe('restricted')
    const pods = await relayPods(plane)
    expect(pods.map(({ isReady, restarts }) => ({ isReady, restarts }))).toEqual([
      { isReady: true, restarts: 0 },
      { isReady: true, restarts: 0 },
    ])
  })

  it('a Certificate is issued by a worker outside of the cluster', async ({ expect }) => {
    const { plane } = relay
    const issuer = { kind: 'ClusterIssuer', name: 'edge' } as const
    await plane.apply(certificateManifest({ name: 'web', namespace: 'default', issuer }))
    await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], 'default')
    const request = await getObject(plane, 'certificaterequest/web-1', 'default')
    expect(readyOf(request)?.reason).toBe('Issued')
  })

  it('the relay has no user, no capability and no writable file', async ({ expect }) => {
    const [pod] = await relayPods(relay.plane)
    const output = await runInPod(
      relay.plane,
      pod?.name ?? '',
      `const { readFileSync, writeFileSync } = require('node:fs')
      const attempt = (path) => {
        try { writeFileSync(path, ''); return 'written' } catch (error) { return error.code }
      }
      console.log(JSON.stringify({
        status: readFileSync('/proc/1/status', 'utf8'),
        command: readFileSync('/proc/1/cmdline', 'utf8').split('\\0'),
        writes: ['/x', '/relay/x'].map(attempt),
      }))`,
    )
    const { status, command, writes } = insideSchema.parse(JSON.parse(output))
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]
    expect(command.slice(0, 4)).toEqual([
      '/nodejs/bin/node',
      '--permission',
      '--allow-fs-read=*',
      '/relay/relay.mjs',
    ])
    expect({
      uid: field('Uid'),
      gid: field('Gid'),
      capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field),
      noNewPrivileges: field('NoNewPrivs'),
      seccompFilter: field('Seccomp'),
    }).toEqual({
      uid: '65532\t65532\t65532\t65532',
      gid: '65532\t65532\t65532\t65532',
      capabilities: Array.from({ length: 5 }, () => '0'.repeat(16)),
      noNewPrivileges: '1',
      seccompFilter: '2',
    })
    expect(writes).toEqual(['EROFS', 'EROFS'])
  })

  it('kubectl logs shows lines of JSON from the start', async ({ expect }) => {
    const { leader } = await leaderAndFollower(relay.plane)
    const log = await mustKubectl(relay.plane, `logs ${leader.name} -n edge-issuer`)
    const messages = log.trim().split('\n').map(messageOf)
    expect(messages[0]).toBe('starting')
    expect(messages).toContain('leading')
  })

  it('RBAC decides who can read the metrics', async ({ expect }) => {
    const { plane } = relay
    await bindScraper(plane)
    await makeServiceAccount(plane, 'stranger')
    const { follower } = await leaderAndFollower(plane)
    const scrape = async (token?: string): ReturnType<typeof scrapeFromPod> =>
      scrapeFromPod(plane, follower.name, token)
    expect((await scrape()).status).toBe(401)
    expect((await scrape(await tokenOf(plane, 'stranger'))).status).toBe(403)
    const { status, body } = await scrape(await tokenOf(plane, 'prometheus'))
    expect(status).toBe(200)
    expect(body).toMatch(/^edge_issuer_issuer_ready\{.*name="edge"\} 1$/m)
  })

  it('a burst of requests stays below the limit of memory', async ({ expect }) => {
    const { plane, cgroups } = relay
    expect(await requestsAtOnce(relay, 'burst', BURST)).toEqual([])
    for (const { uid, restarts } of await relayPods(plane)) {
      const { peak, limit } = await podMemory(cgroups, uid)
      expect(limit).toBe(MEMORY_LIMIT)
      expect(peak).toBeLessThan(MEMORY_LIMIT)
      expect(restarts).toBe(0)
    }
  })

  it('when the leader is killed, the other replica takes over', async ({ expect }) => {
    const { plane, cgroups } = relay
    const { leader, follower } = await leaderAndFollower(plane)
    const { faults } = await requestsDuring(relay, 'hand-over', async () => {
      process.kill(await relayPid(cgroups, leader.uid), 'SIGKILL')
      await pollUntil({
        what: 'the other replica to lead',
        probe: async () => (await leaderName(plane)) === follower.name,
        timeoutMs: LIMIT_MS,
      })
    })
    expect(faults).toEqual([])
    await relay.rolledOut()
    const after = await leaderAndFollower(plane)
    expect(after.leader).toMatchObject({ name: follower.name, restarts: 0 })
    expect(after.follower).toMatchObject({ name: leader.name, restarts: 1 })
  })

  it('a replica that hangs is not ready, and is restarted', async ({ expect }) => {
    const { plane, cgroups } = relay
    const { follower } = await leaderAndFollower(plane)
    process.kill(await relayPid(cgroups, follower.uid), 'SIGSTOP')
    const pod = `pod/${follower.name}`
    await kubectlWait(plane, [pod, 'condition=Ready=false', TIMEOUT], 'edge-issuer')
    const restarts = `jsonpath={.status.containerStatuses[0].restartCount}=${String(follower.restarts + 1)}`
    await kubectlWait(plane, [pod, restarts, HANG_TIMEOUT], 'edge-issuer')
    await kubectlWait(plane, [pod, 'condition=Ready', TIMEOUT], 'edge-issuer')
    const { leader } = await leaderAndFollower(plane)
    expect(leader.name).not.toBe(follower.name)
  })

  it('a rollout of another image loses no request', async ({ expect }) => {
    const { plane, runtime, directory } = relay
    await runtime.importImage(await buildRelayImage(directory, NEXT_IMAGE))
    const before = await relayPods(plane)
    const { faults } = await requestsDuring(relay, 'rollout', async () => {
      await applyInstallManifest(plane, NEXT_IMAGE)
      await relay.rolledOut()
    })
    expect(faults).toEqual([])
    const after = await relayPods(plane)
    expect(after.map(({ image, restarts }) => ({ image, restarts }))).toEqual(
      Array.from({ length: 2 }, () => ({ image: NEXT_IMAGE, restarts: 0 })),
    )
    const names = new Set(before.map(({ name }) => name))
    expect(after.filter(({ name }) => names.has(name))).toEqual([])
  })
})

const insideSchema = z.object({
  status: z.string(),
  command: z.array(z.string()),
  writes: z.array(z.string()),
})

const messageOf = (line: string): string =>
  z.object({ message: z.string() }).parse(JSON.parse(line)).message
