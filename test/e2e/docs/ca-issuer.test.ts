/**
 * docs/coming-from/ca-issuer.md, block by block on a real cluster, while a client connects to the server
 * whose Certificate moves from cert-manager's CA issuer to edge-issuer.
 *
 * @module
 */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { issuerManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { readMarkdown } from '../../docs/support/markdown.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  startEdgeEnvironment,
  TIMEOUT,
} from '../environment.ts'
import {
  type HandshakeLoop,
  startHandshakes,
  startTlsWorkload,
  type TlsWorkload,
} from './support/handshakes.ts'
import { type PageShell, startPageShell, stepsOf } from './support/page-shell.ts'

const OLD_CA = 'internal-ca'
const NEW_CA = 'Acme Issuing CA'
const HOST = 'web.acme.internal'
const PRIVATE_CA = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'private-ca' }
const ROOTS = { namespace: 'shop', name: 'internal-roots' }
const TIMEOUT_MS = 60_000

const page = await readMarkdown('docs/coming-from/ca-issuer.md')
const steps = stepsOf(page.blocks)
const secondWay = page.lines.indexOf('## With the old CA')
const walk = steps.filter(({ command }) => command.line < secondWay)
const withOldCa = steps.filter(({ command }) => command.line > secondWay)

const configSchema = z.looseObject({ issuers: z.unknown() })
const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

let edge: EdgeEnvironment
let server: TlsWorkload
let client: HandshakeLoop
let shell: PageShell
let directory: string
let oldAuthority: Awaited<ReturnType<typeof createAuthority>>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ca-issuer-'))
  const caFlags = ['--name', 'Acme', '--permit-dns', 'acme.internal']
  ;[edge, oldAuthority] = await Promise.all([
    startEdgeEnvironment({ signer: { caFlags } }),
    createAuthority({ commonName: OLD_CA }),
  ])
  const { plane, signer } = edge
  await plane.apply(before())
  await kubectlWait(plane, ['certificate/web', 'condition=Ready', TIMEOUT], ROOTS.namespace)
  await setRoots(oldAuthority.certificatePem)
  server = await startTlsWorkload(plane, { namespace: ROOTS.namespace, name: 'web-tls' })
  client = await startClient()
  await symlink(join(signer.directory, 'ca'), join(directory, 'acme-ca'))
  shell = await startPageShell({
    plane,
    directory,
    cwd: directory,
    asHere: (text) => text.replaceAll(`${HOST}:443`, `127.0.0.1:${String(server.port)}`),
  })
})

afterAll(async () => {
  await shell.end()
  await server.stop()
  await edge.stop()
  await rm(directory, { recursive: true, force: true })
})

const oldSecret = (): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: OLD_CA, namespace: 'cert-manager' },
    stringData: { 'tls.crt': oldAuthority.certificatePem, 'tls.key': oldAuthority.keyPem },
  })

const certificate = (name: string, secretName: string, issuerRef: object): string =>
  stringify({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace: ROOTS.namespace },
    spec: {
      secretName,
      dnsNames: [`${name}.acme.internal`],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef,
    },
  })

/** What the page begins with. */
const before = (): string =>
  [
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ROOTS.namespace } }),
    oldSecret(),
    stringify({
      apiVersion: 'cert-manager.io/v1',
      kind: 'ClusterIssuer',
      metadata: { name: OLD_CA },
      spec: { ca: { secretName: OLD_CA } },
    }),
    certificate('web', 'web-tls', { kind: 'ClusterIssuer', name: OLD_CA }),
    secretManifest(RELAY_SERVICE_ACCOUNT.namespace, edge.signer.clientKeyPem),
    issuerManifest(edge.signer, { kind: 'ClusterIssuer', name: 'private-ca' }),
  ].join('---\n')

/** Makes the ConfigMap as kubectl does, so that the page can change it in the same way. */
async function setRoots(pem: string): Promise<void> {
  const { namespace, name } = ROOTS
  const command = `create configmap ${name} -n ${namespace} --dry-run=client -o yaml`
  const text = await mustKubectl(edge.plane, command, `--from-literal=roots.pem=${pem}`)
  const { code, stderr } = await edge.plane.kubectl(['apply', '--filename=-'], { stdin: text })
  if (code !== 0) throw new Error(stderr)
}

const startClient = async (): Promise<HandshakeLoop> =>
  startHandshakes(edge.plane, { port: server.port, servername: HOST, roots: ROOTS })

/** Waits for further handshakes that succeed with a certificate of this issuer. */
async function handshakesWith(issuer: string): Promise<void> {
  const from = client.succeeded().get(issuer) ?? 0
  await pollUntil({
    what: `handshakes with a certificate by ${issuer}`,
    probe: async () => Promise.resolve((client.succeeded().get(issuer) ?? 0) > from + 5),
    timeoutMs: TIMEOUT_MS,
  })
}

it('the page has steps, and shows outputs', ({ expect }) => {
  expect(walk.length).toBeGreaterThan(6)
  expect(withOldCa.length).toBeGreaterThan(2)
  expect(steps.filter(({ output }) => output !== undefined).length).toBeGreaterThan(5)
})

it('a client notices when the old root is dropped before the renewal', async ({ expect }) => {
  const tooEarly = await startClient()
  await setRoots(await readFile(edge.signer.rootFile, 'utf8'))
  await pollUntil({
    what: 'a handshake to fail',
    probe: async () => Promise.resolve(tooEarly.failed().length > 0),
    timeoutMs: TIMEOUT_MS,
  })
  await setRoots(oldAuthority.certificatePem)
  await tooEarly.stop()
  await client.stop()
  client = await startClient()
  await handshakesWith(OLD_CA)
  expect(tooEarly.failed()[0]).toMatch(/self-signed certificate|unable to (?:get|verify)/)
})

describe('each block does what the page says', () => {
  it.for(walk)('line $command.line', async (step, { expect }) => {
    expect(await shell.run(step)).toBeUndefined()
  })
})

it('no handshake failed, from the first step to the last', async ({ expect }) => {
  await handshakesWith(NEW_CA)
  await client.stop()
  expect(client.failed()).toEqual([])
  expect([...client.succeeded().keys()]).toEqual([OLD_CA, NEW_CA])
})

describe('the other way: the old CA moves along', () => {
  beforeAll(async () => {
    await edge.plane.apply(oldSecret())
  })

  it.for(withOldCa)('line $command.line', async (step, { expect }) => {
    expect(await shell.run(step)).toBeUndefined()
  })

  it('a worker with that configuration signs with the old CA, and its Secrets have both roots', async ({
    expect,
  }) => {
    const { plane, signer } = edge
    const { issuers } = configSchema.parse(await readJson(join(directory, 'signer.config.json')))
    await writeFile(
      signer.configFile,
      JSON.stringify({ ...configSchema.parse(await readJson(signer.configFile)), issuers }),
    )
    await signer.putSecret('CA_KEY_DEFAULT', join(directory, 'internal-ca/issuing/ca.key'))
    await signer.putSecret('CA_KEY_DEFAULT_2', join(directory, 'acme-ca/issuing/ca.key'))
    await signer.deploy()
    await plane.apply(certificate('moved', 'moved-tls', PRIVATE_CA))
    await kubectlWait(plane, ['certificate/moved', 'condition=Ready', TIMEOUT], ROOTS.namespace)
    const entry = async (name: string): Promise<string> => {
      const path = `jsonpath={.data.${name.replace('.', String.raw`\.`)}}`
      const text = await mustKubectl(plane, `get secret moved-tls -n ${ROOTS.namespace} -o`, path)
      return Buffer.from(text, 'base64').toString()
    }
    const chain = await entry('tls.crt')
    const verified = await openssl(['verify', '-CAfile', 'old.pem', 'leaf.pem'], {
      'old.pem': oldAuthority.certificatePem,
      'leaf.pem': chain,
    })
    expect(verified).toContain('OK')
    expect(await entry('ca.crt')).toBe(
      oldAuthority.certificatePem.trimEnd() + '\n' + (await readFile(signer.rootFile, 'utf8')),
    )
  })
})
