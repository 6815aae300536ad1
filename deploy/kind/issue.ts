/**
 * The main job in a cluster that runs what is shipped: an Issuer and a ClusterIssuer become Ready, each
 * gives a Certificate, and again after every relay was replaced. The worker runs on this machine.
 *
 * @module
 */
import { randomBytes, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import type { IssuerKind } from '@edge-issuer/testbed/relay/objects'
import { type EdgeSigner, startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'
import { openFront } from './front.ts'
import { certificateOf, ISSUER_NAME, KINDS, NAMESPACE, setupManifest } from './manifests.ts'
import { brokenLink } from './verify-chain.ts'

/** A cluster, and this machine as it sees it. */
export interface IssueScene {
  /** Runs kubectl as administrator. @throws Error with what it complained of. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>
  readonly listenAddress: string
  readonly host: string
  /** For the worker's files. */
  readonly directory: string
  /** Told what has come to be. */
  readonly say: (line: string) => void
}

/** As everywhere: what is judged is that it comes, not how fast the machine is. */
const PATIENCE_MS = 120_000
const TIMEOUT = `--timeout=${String(PATIENCE_MS / 1_000)}s`

/** @throws Error that says what did not come, with the object as it is. */
export async function issueInCluster(scene: IssueScene): Promise<void> {
  let signer: EdgeSigner | undefined
  const front = await openFront(scene, () => {
    if (signer === undefined) throw new Error('nobody is asked before the worker runs')
    return { url: signer.worker.url, caPem: signer.tlsCaPem }
  })
  try {
    signer = await startEdgeSigner({ directory: scene.directory, publicUrl: front.url })
    scene.say(`the worker runs, and pods reach it at ${front.url}`)
    await webhookAnswers(scene)
    await apply(scene, setupManifest({ ...front, clientKeyPem: signer.clientKeyPem }))
    for (const kind of KINDS) await ready(scene, `${kind}.edge-issuer.dev/${ISSUER_NAME}`)
    await issueByAll(scene, signer)
    const relays = ['--namespace=edge-issuer', '--selector=app.kubernetes.io/component=relay']
    await scene.kubectl(['delete', 'pods', ...relays, '--wait=false'])
    scene.say('every relay is to be replaced')
    await issueByAll(scene, signer)
  } finally {
    await signer?.worker.stop()
    await front.stop()
  }
}

const apply = async ({ kubectl }: IssueScene, yaml: string): Promise<unknown> =>
  kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], yaml)

/** cert-manager's webhook is asked a moment after its pod is ready, when its CA has come round. */
async function webhookAnswers({ kubectl, say }: IssueScene): Promise<void> {
  const asked = certificateOf('asked', 'ClusterIssuer').replaceAll(NAMESPACE, 'default')
  await pollUntil({
    what: "cert-manager's webhook",
    probe: async () =>
      (await kubectl(['create', '--dry-run=server', '--filename=-'], asked)) !== '',
    timeoutMs: PATIENCE_MS,
  })
  say("cert-manager's webhook answers")
}

async function issueByAll(scene: IssueScene, signer: EdgeSigner): Promise<void> {
  for (const kind of KINDS) {
    const name = `by-${kind.toLowerCase()}-${randomBytes(3).toString('hex')}`
    await apply(scene, certificateOf(name, kind))
    await ready(scene, `certificate/${name}`)
    await judge(scene, { name, kind, rootPem: await readFile(signer.rootFile, 'utf8') })
  }
}

async function ready({ kubectl, say }: IssueScene, name: string): Promise<void> {
  const at = ['-n', NAMESPACE]
  try {
    await kubectl(['wait', name, ...at, '--for=condition=Ready', TIMEOUT])
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

/** What an application would do with the Secret: trust the root, and check name and chain. */
async function judge({ kubectl, say }: IssueScene, { name, kind, rootPem }: Issued): Promise<void> {
  const text = await kubectl(['get', 'secret', `${name}-tls`, '-n', NAMESPACE, '-o', 'json'])
  const { data } = secretSchema.parse(JSON.parse(text))
  const pem = (key: keyof typeof data): string => Buffer.from(data[key], 'base64').toString()
  const root = new X509Certificate(rootPem)
  if (new X509Certificate(pem('ca.crt')).fingerprint256 !== root.fingerprint256)
    throw new Error(`${name}: ca.crt is not the root`)
  const fault = brokenLink(pem('tls.crt'), { root, hostname: `${name}.example.com` })
  if (fault !== undefined) throw new Error(`${name}: ${fault}`)
  say(`its Secret holds a chain to the root, by the ${kind}`)
}
