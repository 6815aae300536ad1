import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { it, vi } from 'vitest'
import { SECRET } from '../../../relay/src/api/group.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import { systemClock } from '../../../relay/src/queue/clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { startAnsweringServer } from '../signer/answering-server.ts'
import { kubeconfigText } from './fake-api-server.ts'

it.for([
  ['is trusted', true],
  ['is not trusted', false],
] as const)(
  'whatever NODE_TLS_REJECT_UNAUTHORIZED says, an API server whose CA %s is accepted: %s',
  async ([, isTrusted], { expect, onTestFinished }) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const folder = await mkdtemp(join(tmpdir(), 'tls-test-'))
    onTestFinished(async () => rm(folder, { recursive: true }))
    const server = await startAnsweringServer()
    onTestFinished(server.stop)
    server.respond((response) => response.end('{}'))
    const caPem = isTrusted
      ? server.caPem
      : (await createAuthority({ commonName: 'another' })).certificatePem
    const cluster = { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, kubeconfigText({ server: server.url, cluster }))
    const log = new RecordingLog()
    const kube = await connect({ kubeconfig, clock: systemClock, random: Math.random, log })
    if (!kube.ok) throw new Error(kube.error)
    onTestFinished(async () => kube.value.close())
    const ref = { namespace: 'ns', name: 'x' }
    const answer = await kube.value.getObject(SECRET, ref, AbortSignal.timeout(10_000))
    expect(answer.ok).toBe(isTrusted)
  },
)
