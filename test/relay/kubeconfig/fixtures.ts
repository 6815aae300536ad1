/** Connections by kubeconfigs, and API servers with TLS for them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, issueLeaf, type KeyedCertificate } from '@edge-issuer/testbed/pki/pki'
import { CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import { connect, type KubeOptions } from '../../../relay/src/kube/client.ts'
import type { Kube } from '../../../relay/src/kube/ports.ts'
import type { KubeconfigFiles } from '../../../relay/src/kubeconfig/find-files.ts'
import type { Result } from '../../../shared/src/result.ts'
import { answerJson } from '../kube/fake-api-server.ts'
import type { Ending } from '../kube/fixtures.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

export const connectWith = async (
  kubeconfig: KubeconfigFiles,
  part: Partial<KubeOptions> = {},
): Promise<Result<Kube, string>> =>
  connect({
    kubeconfig,
    clock: new FakeClock(),
    random: () => 0.5,
    log: new RecordingLog(),
    ...part,
  })

export const aDirectory = async ({ onTestFinished }: Ending): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'access-'))
  onTestFinished(async () => rm(directory, { recursive: true }))
  return directory
}

/** Writes `text` as a kubeconfig. @returns Its path. */
export const aKubeconfig = async (context: Ending, text: string): Promise<string> => {
  const path = join(await aDirectory(context), 'kubeconfig')
  await writeFile(path, text)
  return path
}

/** Connects by `text` and asks for one object. @returns The server's answer. */
export const askWith = async (
  context: Ending,
  text: string,
  part: Partial<KubeOptions> = {},
): Promise<unknown> => {
  const kube = await connectWith(await aKubeconfig(context, text), part)
  if (!kube.ok) throw new Error(kube.error)
  context.onTestFinished(async () => kube.value.close())
  return kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, new AbortController().signal)
}

/** An API server with TLS, with or without client certificates. @returns Its URL. */
export const serve = async (
  { onTestFinished }: Ending,
  leaf: KeyedCertificate,
  clientCa?: KeyedCertificate,
): Promise<string> => {
  const server = createServer(
    {
      cert: leaf.certificatePem,
      key: leaf.keyPem,
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa.certificatePem, requestCert: true, rejectUnauthorized: true }),
    },
    (_request, response) => answerJson(response, {}),
  )
  return listen({ onTestFinished }, server)
}

/** Listens until the test ends. @returns The URL. */
export const listen = async ({ onTestFinished }: Ending, server: Server): Promise<string> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `https://127.0.0.1:${address.port}`
}

export const base64 = (pem: string): string => Buffer.from(pem).toString('base64')

export const aServerLeaf = async (issuer: KeyedCertificate): Promise<KeyedCertificate> =>
  issueLeaf({
    issuer,
    subject: [{ CN: ['apiserver'] }],
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })

/** An API server with TLS that answers as configured, and keeps its requests. */
export const aSecureServer = async (
  context: Ending,
  statusOf: (headers: IncomingHttpHeaders) => number = () => 200,
): Promise<{
  readonly server: string
  readonly cluster: Readonly<Record<string, unknown>>
  readonly seen: readonly IncomingHttpHeaders[]
}> => {
  const issuer = await createAuthority({ commonName: 'kubernetes' })
  const leaf = await aServerLeaf(issuer)
  const seen: IncomingHttpHeaders[] = []
  const server = createServer(
    { cert: leaf.certificatePem, key: leaf.keyPem },
    ({ headers }, response) => {
      seen.push(headers)
      answerJson(response, {}, statusOf(headers))
    },
  )
  return {
    server: await listen(context, server),
    cluster: { 'certificate-authority-data': base64(issuer.certificatePem) },
    seen,
  }
}

export const anOpenConnection = async (
  context: Ending,
  text: string,
  part: Partial<KubeOptions> = {},
): Promise<() => Promise<unknown>> => {
  const kube = await connectWith(await aKubeconfig(context, text), part)
  if (!kube.ok) throw new Error(kube.error)
  context.onTestFinished(async () => kube.value.close())
  const { signal } = new AbortController()
  return async () => kube.value.getObject(CLUSTER_ISSUER, { name: 'ca' }, signal)
}
