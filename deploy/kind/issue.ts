/**
 * Tests issuing end to end in a cluster: an Issuer and a ClusterIssuer become Ready, each issues a Certificate, and again
 * after all relays were replaced. The worker runs on this machine.
 *
 * @module
 */
import { randomBytes, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import type { IssuerKind } from '@edge-issuer/testbed/relay/objects'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'
import { certificateOf, ISSUER_NAME, KINDS, NAMESPACE, setupManifest } from './manifests.ts'
import { startTlsProxy } from './tls-proxy.ts'
import { chainProblem } from './verify-chain.ts'

/** Options for {@link issueInCluster}. */
export interface IssueOptions {
  /** Runs kubectl as a cluster admin. @throws Error with its standard error. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>
  readonly listenAddress: string
  readonly host: string
  /** Folder for the worker's files. */
  readonly directory: string
  /** Prints progress. */
  readonly say: (line: string) => void
}

/** Generous, since the test does not measure the speed of the machine. */
const TIMEOUT_MS = 120_000
const TIMEOUT_FLAG = `--timeout=${String(TIMEOUT_MS / 1_000)}s`

/** @throws Error with the description of an object that did not become Ready. */
export async function issueInCluster(scene: IssueOptions): Promise<void> {
  let signer: EdgeSigner | undefined
  const proxy = await startTlsProxy(scene, () => {
    if (signer === undefined) throw new Error('a pod connected before the worker was started')
    return { url: signer.worker.url, caPem: signer.tlsCaPem }
  })
  try {
    signer = await startEdgeSigner({ directory: scene.directory, publicUrl: proxy.url })
    scene.say(`the worker is running at ${proxy.url} for pods`)
    await webhookAnswers(scene)
    await apply(scene, setupManifest({ ...proxy, clientKeyPem: signer.clientKeyPem }))
    for (const kind of KINDS) await ready(scene, `${kind}.edge-issuer.dev/${ISSUER_NAME}`)
    await issueByAll(scene, signer)
    const relays = ['--namespace=edge-issuer', '--selector=app.kubernetes.io/component=relay']
    await scene.kubectl(['delete', 'pods', ...relays, '--wait=false'])
    scene.say('deleted all relay pods')
    await issueByAll(scene, signer)
  } finally {
    await signer?.worker.stop()
    await proxy.stop()
  }
}

const apply = async ({ kubectl }: IssueOptions, yaml: string): Promise<unknown> =>
  kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], yaml)

/** Waits for cert-manager's webhook, which responds only some time after its pod is ready. */
async function webhookAnswers({ kubectl, say }: IssueOptions): Promise<void> {
  const asked = certificateOf('asked', 'ClusterIssuer').replaceAll(NAMESPACE, 'default')
  await pollUntil({
    what: "cert-manager's webhook",
    probe: async () =>
      (await kubectl(['create', '--dry-run=server', '--filename=-'], asked)) !== '',
    timeoutMs: TIMEOUT_MS,
  })
  say("cert-manager's webhook responds")
}

async function issueByAll(scene: IssueOptions, signer: EdgeSigner): Promise<void> {
  for (const kind of KINDS) {
    const name = `by-${kind.toLowerCase()}-${randomBytes(3).toString('hex')}`
    await apply(scene, certificateOf(name, kind))
    await ready(scene, `certificate/${name}`)
    await verify(scene, { name, kind, rootPem: await readFile(signer.rootFile, 'utf8') })
  }
}

async function ready({ kubectl, say }: IssueOptions, name: string): Promise<void> {
  const at = ['-n', NAMESPACE]
  try {
    await kubectl(['wait', name, ...at, '--for=condition=Ready', TIMEOUT_FLAG])
  } catch (error) {
    const requests = ['describe', 'certificaterequests', ...at]
    const described = await Promise.all([kubectl(['describe', name, ...at]), kubectl(requests)])
    throw new Error(`${name} is not Ready:\n${described.join('\n')}`, { cause: error })
  }
  say(`${name} is Ready`)
}

const secretSchema = z.object({
  data: z.object({ 'tls.crt': z.base64(), 'tls.key': z.base64(), 'ca.crt': z.base64() }),
})

interface Issued {
  readonly name: string
  readonly kind: IssuerKind
  readonly rootPem: string
}

/** Verifies the Secret like an application: trusts the root, and checks name and chain. */
async function verify(
  { kubectl, say }: IssueOptions,
  { name, kind, rootPem }: Issued,
): Promise<void> {
  const text = await kubectl(['get', 'secret', `${name}-tls`, '-n', NAMESPACE, '-o', 'json'])
  const { data } = secretSchema.parse(JSON.parse(text))
  const pem = (key: keyof typeof data): string => Buffer.from(data[key], 'base64').toString()
  const root = new X509Certificate(rootPem)
  if (new X509Certificate(pem('ca.crt')).fingerprint256 !== root.fingerprint256)
    throw new Error(`${name}: ca.crt is not the root`)
  const problem = chainProblem(pem('tls.crt'), { root, hostname: `${name}.example.com` })
  if (problem !== undefined) throw new Error(`${name}: ${problem}`)
  say(`its Secret contains a chain to the root, from the ${kind}`)
}
