/**
 * A whole rotation as an operator does it (docs/rotate-ca.md), with certificates requested all the
 * time: CA A, then A with B announced, then B with A still trusted, then B alone. A and B have
 * different roots.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CliResult, mustRunCli } from '@edge-issuer/testbed/cli'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { certificateManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'
import {
  type EdgeEnvironment,
  mustKubectl,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'

const NAMESPACE = 'default'
const ISSUER = 'clusterissuer.edge-issuer.dev/edge'
const A = 'CN=edge-issuer Issuing CA'
const B = 'CN=Blue Issuing CA'
const ROOT_A = 'CN=edge-issuer Root CA'
const ROOT_B = 'CN=Blue Root CA'

/** For waits whose duration is not what a test is about. */
const TIMEOUT_MS = 60_000

/** Certificates that are requested around the restart of the worker; half of them before it. */
const BURST = 40

let edge: EdgeEnvironment

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--health-check-interval', '1s'] })
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  await edge.stop()
})

/** Runs edge-issuer where the operator has CA, keys and configuration. */
const cli = async (command: string): Promise<CliResult> =>
  mustRunCli(command.split(' '), { cwd: edge.signer.directory })

/** Takes one step of the rotation in the configuration file, which is not deployed yet. */
const rotate = async (step: string): Promise<CliResult> =>
  cli(`config rotate ${edge.signer.configFile} ${step} --write`)

const askWorker = async (command: string): Promise<string> => {
  const { clientKeyFile, tlsCaFile, worker } = edge.signer
  const access = `--url ${worker.url} --key ${clientKeyFile} --ca-file ${tlsCaFile}`
  return (await cli(`${command} ${access}`)).stdout
}

/** The certificates that verifiers must trust now, as input of trust-manager. */
const bundle = async (): Promise<string> => askWorker('health --bundle')

const answerSchema = z.looseObject({ chain: z.string(), ca: z.string(), replayed: z.boolean() })

/** Waits until a check of the relay has seen these states, in order, and made the issuer Ready. */
async function relaySees(...states: readonly string[]): Promise<void> {
  const path = '{.status.authorities[*].state} {.status.conditions[0].status}'
  const wanted = `${states.join(' ')} True`
  await pollUntil({
    what: `the issuer to be "${wanted}"`,
    probe: async () =>
      (await mustKubectl(edge.plane, `get ${ISSUER} -o`, `jsonpath=${path}`)) === wanted,
    timeoutMs: TIMEOUT_MS,
  })
}

const certificates = (names: readonly string[]): string =>
  names
    .map((name) =>
      certificateManifest({
        name,
        namespace: NAMESPACE,
        issuer: { kind: 'ClusterIssuer', name: 'edge' },
      }),
    )
    .join('---\n')

const ask = async (...names: readonly string[]): Promise<unknown> =>
  edge.plane.apply(certificates(names))

/** The files of an application. */
interface Issued {
  readonly name: string
  /** PEM: the leaf, then its intermediates. */
  readonly chain: string
  /** PEM of `ca.crt`. */
  readonly ca: string
  /** Name of the CA that signed the leaf. */
  readonly by: string
}

const secretsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      data: z.record(z.string(), z.base64()),
    }),
  ),
})

/** Waits for Certificates and reads their Secrets. */
async function issued(...names: readonly string[]): Promise<readonly Issued[]> {
  const wait = `wait --for=condition=Ready --timeout=${TIMEOUT} -n ${NAMESPACE}`
  await mustKubectl(edge.plane, wait, ...names.map((name) => `certificate/${name}`))
  const json = await mustKubectl(edge.plane, `get secrets -n ${NAMESPACE} -o json`)
  const secrets = new Map(
    secretsSchema.parse(JSON.parse(json)).items.map(({ metadata, data }) => [metadata.name, data]),
  )
  return names.map((name) => {
    const text = (entry: string): string =>
      Buffer.from(secrets.get(`${name}-tls`)?.[entry] ?? '', 'base64').toString()
    const chain = text('tls.crt')
    return { name, chain, ca: text('ca.crt'), by: new X509Certificate(chain).issuer }
  })
}

/** Requests one Certificate and waits for it. */
async function issue(name: string): Promise<Issued> {
  await ask(name)
  const [one] = await issued(name)
  if (one === undefined) throw new Error(`${name} has no Secret`)
  return one
}

/** Subjects of the certificates in a bundle, in order. */
const subjects = (pem: string): readonly string[] =>
  pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((certificate) => new X509Certificate(certificate).subject)

/**
 * Lets openssl verify a certificate with each bundle, and with the one that came with it.
 *
 * @throws With openssl's reason.
 */
async function verify({ name, chain, ca }: Issued, ...bundles: readonly string[]): Promise<void> {
  for (const roots of [ca, ...bundles]) {
    const host = ['-x509_strict', '-verify_hostname', `${name}.example.com`]
    const files = ['-CAfile', 'roots', '-untrusted', 'chain', 'chain']
    await openssl(['verify', ...host, ...files], { roots, chain })
  }
}

const requestsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), reason: z.string() })),
      }),
    }),
  ),
})

/** Name of each CertificateRequest and the reason of its Ready. */
async function outcomes(): Promise<Readonly<Record<string, string | undefined>>> {
  const json = await mustKubectl(edge.plane, `get certificaterequests -n ${NAMESPACE} -o json`)
  return Object.fromEntries(
    requestsSchema
      .parse(JSON.parse(json))
      .items.map(({ metadata, status }) => [
        metadata.name,
        status.conditions.find(({ type }) => type === 'Ready')?.reason,
      ]),
  )
}

it('A, then A with B announced, then B with A still trusted, then B alone', async ({ expect }) => {
  // A alone.
  await relaySees('active')
  const trustA = await bundle()
  expect(subjects(trustA)).toEqual([ROOT_A])
  const before = await issue('before')
  expect(before.by).toBe(A)
  expect(before.ca).toBe(trustA)

  // B is announced: it is trusted, and signs nothing.
  await cli('ca init --name Blue --out ca-b')
  await rotate('--add ca-b')
  const newKey = join(edge.signer.directory, 'ca-b/issuing/ca.key')
  await edge.signer.putSecret('CA_KEY_DEFAULT_2', newKey)
  await edge.signer.deploy()
  await relaySees('active', 'next')
  const trustBoth = await bundle()
  expect(subjects(trustBoth)).toEqual([ROOT_A, ROOT_B])
  const prepared = await issue('prepared')
  expect(prepared.by).toBe(A)
  expect(prepared.ca).toBe(trustBoth)

  // The cut-over, in the middle of a burst.
  const sign = `sign --csr web.csr --uid over-the-cut-over --json`
  const { der } = createCsr({ dnsNames: ['web.example.com'] })
  await writeFile(join(edge.signer.directory, 'web.csr'), der)
  const signed = answerSchema.parse(JSON.parse(await askWorker(sign)))
  const burst = Array.from({ length: BURST }, (_, index) => `burst-${String(index)}`)
  await rotate('--activate')
  await ask(...burst.slice(0, BURST / 2))
  await issued('burst-0')
  await Promise.all([edge.signer.deploy(), ask(...burst.slice(BURST / 2))])
  await relaySees('retiring', 'active')
  const trustStill = await bundle()
  expect(subjects(trustStill)).toEqual([ROOT_B, ROOT_A])
  const bursts = await issued(...burst)
  expect(new Set(bursts.map(({ by }) => by))).toEqual(new Set([A, B]))
  const again = answerSchema.parse(JSON.parse(await askWorker(sign)))
  expect(again).toMatchObject({ chain: signed.chain, replayed: true })
  expect(subjects(again.ca)).toEqual([ROOT_A, ROOT_B])

  // From now on B.
  const after = await issue('after')
  expect(after.by).toBe(B)
  expect(after.ca).toBe(trustStill)
  expect(await askWorker('health')).toMatch(
    /^CA +CN=Blue Issuing CA\n(.*\n)+retiring +CN=edge-issuer/m,
  )

  // A is gone.
  await rotate('--remove retiring')
  await edge.signer.deploy()
  await relaySees('active')
  const trustB = await bundle()
  expect(subjects(trustB)).toEqual([ROOT_B])
  const last = await issue('last')
  expect(last.by).toBe(B)
  expect(last.ca).toBe(trustB)

  // Each verifies with what was to be trusted then, and with what came next.
  await verify(before, trustA, trustBoth)
  await verify(prepared, trustBoth, trustStill)
  for (const one of bursts) await verify(one, trustBoth, trustStill)
  await verify(after, trustStill, trustB)
  await verify(last, trustB)
  // And no request was sent twice.
  const names = ['before', 'prepared', ...burst, 'after', 'last']
  expect(await outcomes()).toEqual(Object.fromEntries(names.map((name) => [`${name}-1`, 'Issued'])))
})

it('a cut-over without notice to the relay costs one check and no request', async ({ expect }) => {
  const logFile = join(edge.plane.directory, 'relay.log')
  await edge.restartRelay({ flags: ['--health-check-interval', '1h', '--log-level', 'debug'] })
  expect(await issue('unsuspecting')).toMatchObject({ by: B })

  const logged = (await readFile(logFile, 'utf8')).length
  await cli('ca renew --ca ca-b --out ca-c')
  await rotate('--add ca-c')
  await rotate('--activate')
  await edge.signer.putSecret('CA_KEY_DEFAULT', join(edge.signer.directory, 'ca-c/issuing/ca.key'))
  await edge.signer.deploy()
  const surprised = await issue('surprised')
  expect(surprised.by).toMatch(/^CN=Blue Issuing CA \d{4}-\d\d-\d\d$/)
  expect(subjects(surprised.ca)).toEqual([ROOT_B])
  await verify(surprised)
  await relaySees('retiring', 'active')
  const lines = (await readFile(logFile, 'utf8')).slice(logged).split('\n')
  expect(lines.filter((line) => line.includes('"Pending"'))).toEqual([
    expect.stringMatching(/default\/surprised-1".*signed by a CA with fingerprint [0-9a-f]{64}/),
  ])
})
