/**
 * cert-manager's conformance suite for CertificateSigningRequests, as tests of our own. As in the suite
 * the test approves them, as no one else does.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { aKey, name, subjectAltName, toPem } from '@edge-issuer/testbed/pki/x509'
import { signingRequestManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { type EdgeEnvironment, mustKubectl, readyClusterIssuer } from '../../environment.ts'
import { getAll, PATH_LENGTH_LEFT, startConformanceEnvironment } from './environment.ts'
import { certificatesIn, checkChain, factsOf, isFor, namesOf, wantedFacts } from './facts.ts'
import { SIGNING_REQUEST_SHAPES, type SigningRequestShape } from './signing-request-shapes.ts'

/** For all of them together, on a machine that has other things to do. */
const TIMEOUT = '200s'
const DEFAULT_SECONDS = 7_776_000
const DURATION = 'experimental.cert-manager.io/request-duration'
const IS_CA = 'experimental.cert-manager.io/request-is-ca'
const KEY_TEXTS = { 'RSA-2048': 'rsa 2048', 'P-256': 'ec prime256v1', Ed25519: 'ed25519' } as const

const statusSchema = z
  .object({
    status: z.object({
      certificate: z.base64(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })),
    }),
  })
  .transform(({ status }) => status)

let edge: EdgeEnvironment
let signed: ReadonlyMap<string, z.infer<typeof statusSchema>>

const subjectOf = ({ commonName }: SigningRequestShape): Uint8Array =>
  commonName === undefined ? name() : name(['CN', commonName])

function manifestOf(shape: SigningRequestShape): string {
  const { id, key = 'RSA-2048', duration, expirationSeconds, isCA = false } = shape
  const { usages = ['digital signature', 'key encipherment'] } = shape
  const names = namesOf(shape)
  const der = makeCsr({
    key: aKey(key),
    subject: subjectOf(shape),
    // Without names there is no attribute that asks for extensions, as Go has it.
    ...(names.length === 0 ? {} : { extensions: [subjectAltName(...names)] }),
  })
  return signingRequestManifest({
    name: id,
    csrPem: toPem('CERTIFICATE REQUEST', der),
    annotations: {
      ...(duration === undefined ? {} : { [DURATION]: duration }),
      ...(isCA ? { [IS_CA]: 'true' } : {}),
    },
    spec: { usages, ...(expirationSeconds === undefined ? {} : { expirationSeconds }) },
  })
}

beforeAll(async () => {
  edge = await startConformanceEnvironment()
  const { plane } = edge
  await readyClusterIssuer(edge)
  await plane.apply(SIGNING_REQUEST_SHAPES.map(manifestOf).join('---\n'))
  const ids = SIGNING_REQUEST_SHAPES.map(({ id }) => id).join(' ')
  await mustKubectl(plane, `certificate approve ${ids}`)
  await mustKubectl(
    plane,
    `wait csr --all --for=jsonpath={.status.certificate} --timeout=${TIMEOUT}`,
  )
  signed = await getAll(plane, 'certificatesigningrequests', statusSchema)
})

afterAll(async () => {
  await edge.stop()
})

function wanted(shape: SigningRequestShape): object {
  const { key = 'RSA-2048', isCA = false, extKeyUsage = [], seconds = DEFAULT_SECONDS } = shape
  const { keyUsage = key === 'RSA-2048' ? [0, 2] : [0] } = shape
  return wantedFacts({
    subject: subjectOf(shape),
    names: namesOf(shape),
    keyUsage,
    extKeyUsage,
    isCA,
    // RFC 5280 §4.2.1.9: a path length goes with the usage to sign certificates.
    ...(keyUsage.includes(5) ? { pathLength: PATH_LENGTH_LEFT } : {}),
    key: KEY_TEXTS[key],
    seconds,
  })
}

describe.for(SIGNING_REQUEST_SHAPES)('$title', (shape) => {
  const chainPem = (): string =>
    Buffer.from(signed.get(shape.id)?.certificate ?? '', 'base64').toString()

  it('has exactly the requested content', { tags: ['AC-26'] }, ({ expect }) => {
    expect(certificatesIn(chainPem()).slice(0, 1).map(factsOf)).toEqual([wanted(shape)])
  })

  it('the key is that of the request, and the chain verifies up to the root', async ({
    expect,
  }) => {
    const chain = certificatesIn(chainPem())
    const rootPem = await readFile(edge.signer.rootFile, 'utf8')
    expect(chain).toHaveLength(2)
    const [leaf] = chain
    const { privateKeyPem } = aKey(shape.key ?? 'RSA-2048')
    expect(leaf !== undefined && isFor(leaf, privateKeyPem)).toBe(true)
    expect(checkChain([...chain, ...certificatesIn(rootPem)])).toEqual([])
    const verified = await openssl(
      [
        ...'verify -CAfile root.pem -untrusted chain.pem'.split(' '),
        ...(shape.isLoose === true ? [] : ['-x509_strict']),
        'chain.pem',
      ],
      { 'root.pem': rootPem, 'chain.pem': chainPem() },
    )
    expect(verified).toBe('chain.pem: OK\n')
  })

  it('the request is approved, and nothing else', ({ expect }) => {
    expect(signed.get(shape.id)?.conditions).toEqual([{ type: 'Approved', status: 'True' }])
  })
})
