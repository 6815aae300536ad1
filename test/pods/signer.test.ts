/**
 * edge-issuer without Cloudflare on a node: the signer's chart and image, the relay beside it, and a second signer
 * outside of the cluster, started with the command of the npm package.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { certificateManifest, issuerManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { stringify } from 'yaml'
import { NODE_IN_IMAGE } from '../../deploy/images/base.ts'
import { createSignerClient, type SignerClient } from '../../relay/src/public/signer.ts'
import { killRounds } from '../crash/kill-rounds.ts'
import type { Block } from '../docs/support/markdown.ts'
import { getObject, kubectlWait, mustKubectl, readyOf, TIMEOUT } from '../e2e/environment.ts'
import { readLedgerFiles } from '../support/ledger-files.ts'
import { installRelay } from './installed-relay.ts'
import {
  type InstalledSigner,
  SIGNER_HOST,
  SIGNER_NAMESPACE,
  SIGNER_POD,
  signerPod,
  startInstalledSigner,
} from './installed-signer.ts'
import { podMemory } from './memory.ts'
import { podProcesses } from './pods.ts'
import { type ServedSigner, startServedSigner } from './served-signer.ts'
import { readSignerPage } from './signer-page.ts'
import { ISSUER, type SignerAccess } from './signer-project.ts'

const ROUNDS = 20
const LIMIT_MS = 60_000
const AT = `--namespace=${SIGNER_NAMESPACE}`

const page = await readSignerPage()

describe.skipIf(inject('missingForNode').length > 0)('the signer on a node', () => {
  let signer: InstalledSigner
  let client: SignerClient
  /** Certificates that the signer in the cluster gave, DER as hexadecimal, by uid. */
  const given = new Map<string, string>()

  beforeAll(async () => {
    signer = await startInstalledSigner(page)
    client = clientOf(signer.access)
  })
  afterAll(async () => {
    await client.close()
    await signer.stop()
  })

  const answers = async (): Promise<void> =>
    pollUntil({
      what: 'the signer to answer',
      probe: async () => (await client.health(ISSUER, AbortSignal.timeout(LIMIT_MS))).ok,
      timeoutMs: LIMIT_MS,
    })

  it('its Pod has no token, no capability and no writable file but the volume and /tmp', async ({
    expect,
  }) => {
    const script = `const { readFileSync, readdirSync, writeFileSync } = require('node:fs')
      const attempt = (action) => { try { action(); return 'done' } catch (error) { return error.code } }
      console.log(JSON.stringify({
        uid: /^Uid:.*$/m.exec(readFileSync('/proc/1/status', 'utf8'))[0],
        capabilities: /^CapEff:.*$/m.exec(readFileSync('/proc/1/status', 'utf8'))[0],
        token: attempt(() => readdirSync('/var/run/secrets/kubernetes.io')),
        writes: ['/x', '/edge-issuer/x', '/etc/edge-issuer/secrets/x', '/tmp/x'].map((path) => attempt(() => writeFileSync(path, ''))),
      }))`
    const exec = `exec ${SIGNER_POD} ${AT} -- ${NODE_IN_IMAGE} --eval`
    expect(JSON.parse(await mustKubectl(signer.plane, exec, script))).toEqual({
      uid: 'Uid:\t65532\t65532\t65532\t65532',
      capabilities: 'CapEff:\t0000000000000000',
      token: 'ENOENT',
      writes: ['EROFS', 'EROFS', 'EROFS', 'done'],
    })
  })

  it('a second Pod on the same volume is refused, and says who uses it', async ({ expect }) => {
    const { plane } = signer
    const { spec } = JSON.parse(await mustKubectl(plane, `get pod ${SIGNER_POD} ${AT} -o json`))
    const { nodeName: _, hostname: __, subdomain: ___, ...template } = spec
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'second', namespace: SIGNER_NAMESPACE },
      spec: { ...template, restartPolicy: 'Never' },
    }
    await plane.apply(stringify(pod))
    const failed = ['pod/second', 'jsonpath={.status.phase}=Failed', TIMEOUT] as const
    await kubectlWait(plane, failed, SIGNER_NAMESPACE)
    const log = await mustKubectl(plane, `logs second ${AT}`)
    expect(log).toMatch(/data directory "\/data" is in use by .*edge-issuer-signer-0/)
    await mustKubectl(plane, `delete pod second ${AT} --now`)
  })

  describe('the relay in the same cluster', () => {
    let outside: ServedSigner

    beforeAll(async () => {
      outside = await startServedSigner(signer)
      await installRelay(signer, { [SIGNER_HOST]: signer.clusterIp })
    })
    afterAll(async () => {
      await outside.stop()
    })

    it('issues through the Service, and through worker serve outside of the cluster', async ({
      expect,
    }) => {
      const { plane } = signer
      const signers = { inside: signer.access, outside: outside.access }
      for (const [name, access] of Object.entries(signers)) {
        await plane.apply(issuerWithSecret(name, access))
        const issuer = { kind: 'ClusterIssuer', name } as const
        await plane.apply(certificateManifest({ name, namespace: 'default', issuer }))
      }
      for (const name of Object.keys(signers)) {
        await kubectlWait(plane, [`certificate/${name}`, 'condition=Ready', TIMEOUT], 'default')
        const request = await getObject(plane, `certificaterequest/${name}-1`, 'default')
        expect(readyOf(request)?.reason).toBe('Issued')
      }
    })
  })

  it(`SIGKILL to the server or to workerd in the container, ${String(ROUNDS)} times under 32 parallel clients, loses and changes no certificate (kubelet waits at most 1 s before a restart here)`, async ({
    expect,
  }) => {
    const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
    let { uid } = await signerPod(signer)
    let processes = await podProcesses(signer.cgroups, uid)
    const target = {
      client,
      issuer: ISSUER,
      kill9: async (round: number) => {
        const program = round % 2 === 0 ? NODE_IN_IMAGE : 'bin/workerd'
        const victims = processes.filter((one) => one.program.endsWith(program))
        if (victims.length === 0) throw new Error(`${program} does not run`)
        for (const { pid } of victims) process.kill(pid, 'SIGKILL')
      },
      restart: async () => {
        await answers()
        ;({ uid } = await signerPod(signer))
        processes = await podProcesses(signer.cgroups, uid)
      },
    }
    const outcome = await killRounds(target, { rounds: ROUNDS, seed })
    expect(outcome.differences, `seed ${String(seed)}`).toEqual([])
    expect(outcome.onTheirWay, 'requests on their way when it was killed').toBeGreaterThan(0)
    for (const [id, certificate] of outcome.certificates) given.set(id, certificate)
    const { restarts } = await signerPod(signer)
    expect(restarts).toBeGreaterThanOrEqual(ROUNDS / 2)
    const { peak, limit } = await podMemory(signer.cgroups, uid)
    expect(peak).toBeLessThan(limit)
  })

  it('a Pod that is deleted by force, and one that an upgrade replaces, lose and change none', async ({
    expect,
  }) => {
    const { plane } = signer
    const before = await signerPod(signer)
    const kills = [
      async () =>
        mustKubectl(plane, `delete pod ${SIGNER_POD} ${AT} --grace-period=0 --force --wait=false`),
      async () => signer.upgrade('podAnnotations: { upgraded: "true" }'),
    ]
    const target = {
      client,
      issuer: ISSUER,
      kill9: async (round: number) => {
        await kills[round]?.()
      },
      restart: async () => {
        await signer.rolledOut()
        await answers()
      },
    }
    const outcome = await killRounds(target, { rounds: kills.length, seed: 1 })
    expect(outcome.differences).toEqual([])
    for (const [id, certificate] of outcome.certificates) given.set(id, certificate)
    expect((await signerPod(signer)).uid).not.toBe(before.uid)
  })

  it('the documented commands back up, and restore into the stopped signer; every certificate that was given is there, once', async ({
    expect,
  }) => {
    const { shell, access, volume } = signer
    const run = async (block: Block): Promise<string> => shell.runText(block.text)
    expect(await run(page.backup)).toContain(access.url)
    await run(page.stop)
    await writeFile(join(access.directory, 'restore.yaml'), page.restorePod.text)
    expect(await run(page.restore)).toContain(`Restored ${access.url}`)
    await signer.rolledOut()
    await answers()
    await run(page.stop)
    const rows = await readLedgerFiles(join(volume, 'ledger'))
    const recorded = new Map(rows.map(({ uid, certificate }) => [uid, certificate]))
    expect(recorded.size).toBe(rows.length)
    const differing = [...given].filter(([uid, certificate]) => recorded.get(uid) !== certificate)
    expect(differing).toEqual([])
    expect(given.size).toBeGreaterThan(ROUNDS)
  })
})

/** @throws Error when the client's key is invalid. */
function clientOf({ url, clientKeyPem, tlsCaPem }: SignerAccess): SignerClient {
  const client = createSignerClient({
    url,
    privateKeyPem: clientKeyPem,
    caBundlePem: tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  return client.value
}

/** A ClusterIssuer for a signer, and the Secret with its client's key. */
function issuerWithSecret(name: string, access: SignerAccess): string {
  const secret = stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'edge-issuer' },
    stringData: { 'private-key.pem': access.clientKeyPem },
  })
  const target = { worker: { url: access.url }, tlsCaPem: access.tlsCaPem }
  const issuer = issuerManifest(target, {
    kind: 'ClusterIssuer',
    name,
    spec: { authSecretName: name },
  })
  return [secret, issuer].join('---\n')
}
