/**
 * cert-manager's conformance suite for Certificates, as tests of our own: a real cert-manager asks, for
 * an Issuer and for a ClusterIssuer.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import {
  certificateManifest,
  type IssuerKind,
  issuerManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import {
  type EdgeEnvironment,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  readyClusterIssuer,
} from '../../environment.ts'
import { CERTIFICATE_SHAPES, type CertificateShape } from './certificate-shapes.ts'
import { PATH_LENGTH_LEFT, startConformanceEnvironment } from './environment.ts'
import { checkChain, factsOf, isFor, namesOf, subjectAsked, wantedFacts } from './facts.ts'
import { goName } from './go-name.ts'
import { areSettled, hasRevision, type IssuedCertificate, readIssued } from './issued.ts'

const NAMESPACE = 'default'
const GROUP = 'edge-issuer.dev'
const KINDS = ['Issuer', 'ClusterIssuer'] as const satisfies IssuerKind[]
const HOUR_SECONDS = 3_600
const DEFAULT_HOURS = 2_160
/** For all of them together, on a machine that has other things to do. */
const TIMEOUT = '200s'

const ALL = KINDS.flatMap((kind) => CERTIFICATE_SHAPES.map((shape) => ({ kind, shape })))

let edge: EdgeEnvironment
let issued: ReadonlyMap<string, IssuedCertificate>

const nameOf = (kind: IssuerKind, id: string): string => `${kind.toLowerCase()}-${id}`

const manifestOf = (
  kind: IssuerKind,
  { id, spec }: Pick<CertificateShape, 'id' | 'spec'>,
): string =>
  certificateManifest({
    name: nameOf(kind, id),
    namespace: NAMESPACE,
    issuer: { kind, name: 'edge' },
    // What the manifest says for other tests is left to cert-manager here.
    spec: { dnsNames: [], privateKey: {}, ...spec },
  })

/**
 * On a busy machine cert-manager now and then issues a Certificate a second time, with any issuer. One
 * whose certificate is not what it asked for would be issued again and again.
 */
const MAX_REVISION = 2
const SETTLE_TIMEOUT_MS = 120_000

beforeAll(async () => {
  edge = await startConformanceEnvironment()
  const { plane, signer } = edge
  await grantCredentials(plane, NAMESPACE)
  await readyClusterIssuer(edge)
  await plane.apply(
    [
      secretManifest(NAMESPACE, signer.clientKeyPem),
      issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: NAMESPACE }),
      ...ALL.map(({ kind, shape }) => manifestOf(kind, shape)),
    ].join('---\n'),
  )
  const wait = `wait certificates.cert-manager.io --all -n ${NAMESPACE} --timeout=${TIMEOUT}`
  await mustKubectl(plane, `${wait} --for=condition=Ready`)
  await pollUntil({
    what: 'cert-manager to have issued everything',
    probe: async () => areSettled(plane, ALL.length),
    timeoutMs: SETTLE_TIMEOUT_MS,
  })
  issued = await readIssued(plane)
})

afterAll(async () => {
  await edge.stop()
})

const keyTexts = { RSA: 'rsa 2048', Ed25519: 'ed25519' } as const
const curves: Readonly<Record<number, string>> = {
  256: 'prime256v1',
  384: 'secp384r1',
  521: 'secp521r1',
}

function keyOf({
  algorithm = 'RSA',
  size = 256,
}: CertificateShape['spec']['privateKey'] = {}): string {
  return algorithm === 'ECDSA' ? `ec ${String(curves[size])}` : keyTexts[algorithm]
}

/** What a shape becomes. Of cert-manager's default usages only an RSA key can do both. */
function wanted({ spec, subject, keyUsage, extKeyUsage = [] }: CertificateShape): object {
  const { commonName, isCA = false, privateKey, duration } = spec
  const isRsa = (privateKey?.algorithm ?? 'RSA') === 'RSA'
  return wantedFacts({
    subject: subject ?? (commonName === undefined ? goName() : goName({ CN: commonName })),
    names: namesOf(spec),
    keyUsage: keyUsage ?? (isRsa ? [0, 2] : [0]),
    extKeyUsage,
    isCA,
    ...(isCA ? { pathLength: PATH_LENGTH_LEFT } : {}),
    key: keyOf(privateKey),
    seconds: (duration === undefined ? DEFAULT_HOURS : parseInt(duration, 10)) * HOUR_SECONDS,
  })
}

function parts(name: string): IssuedCertificate {
  const found = issued.get(name)
  if (found === undefined) throw new Error(`there is no certificate of ${name}`)
  return found
}

describe.for(ALL)('$kind, $shape.title', ({ kind, shape }) => {
  const { id, spec } = shape
  const name = nameOf(kind, id)

  it('has exactly the requested content', { tags: ['AC-26'] }, ({ expect }) => {
    const { leaf, csrPem } = parts(name)
    expect(factsOf(leaf)).toEqual(wanted(shape))
    expect(factsOf(leaf).subject).toBe(subjectAsked(csrPem))
  })

  it('ca.crt is the root, and verifies the chain', async ({ expect }) => {
    const { leaf, above, roots, text } = parts(name)
    expect(text('ca.crt')).toBe(await readFile(edge.signer.rootFile, 'utf8'))
    expect(above).toHaveLength(1)
    expect(checkChain([leaf, ...above, ...roots])).toEqual([])
    const host = spec.dnsNames?.[0]?.replace('*', 'any')
    const verified = await openssl(
      [
        ...'verify -CAfile ca.crt -untrusted tls.crt'.split(' '),
        ...(shape.isLoose === true ? [] : ['-x509_strict']),
        ...(host === undefined ? [] : ['-verify_hostname', host]),
        'tls.crt',
      ],
      { 'ca.crt': text('ca.crt'), 'tls.crt': text('tls.crt') },
    )
    expect(verified).toBe('tls.crt: OK\n')
  })

  it('the Secret has the key, and says whose it is', ({ expect }) => {
    const { leaf, secret, text } = parts(name)
    expect(isFor(leaf, text('tls.key'))).toBe(true)
    const formats =
      spec.additionalOutputFormats === undefined ? [] : ['key.der', 'tls-combined.pem']
    expect(Object.keys(secret.data)).toEqual(
      ['ca.crt', ...formats, 'tls.crt', 'tls.key'].toSorted(),
    )
    expect(secret.metadata.labels).toEqual({ 'controller.cert-manager.io/fao': 'true' })
    expect(secret.metadata.annotations).toMatchObject({
      'cert-manager.io/certificate-name': name,
      'cert-manager.io/issuer-name': 'edge',
      'cert-manager.io/issuer-kind': kind,
      'cert-manager.io/issuer-group': GROUP,
      'cert-manager.io/alt-names': (spec.dnsNames ?? []).join(','),
      'cert-manager.io/ip-sans': (spec.ipAddresses ?? []).join(','),
      'cert-manager.io/uri-sans': (spec.uris ?? []).join(','),
    })
  })

  it('the Certificate is Ready for its spec, and knows its dates', ({ expect }) => {
    const { leaf, certificate } = parts(name)
    const { metadata, status } = certificate
    expect(status).toMatchObject({
      conditions: [{ type: 'Ready', status: 'True', observedGeneration: metadata.generation }],
    })
    expect(status.revision).toBeLessThanOrEqual(MAX_REVISION)
    expect(Date.parse(status.notAfter)).toBe(leaf.validToDate.getTime())
    expect(Date.parse(status.notBefore)).toBe(leaf.validFromDate.getTime())
  })
})

/** Waits until a Certificate is Ready in this revision or a later one, and reads it. */
async function inRevision(revision: number, name: string): Promise<IssuedCertificate> {
  await hasRevision(edge.plane, name, revision)
  await kubectlWait(edge.plane, [`certificate/${name}`, 'condition=Ready', TIMEOUT], NAMESPACE)
  issued = await readIssued(edge.plane)
  return parts(name)
}

const withNames = (...dnsNames: readonly string[]): CertificateShape => ({
  id: 'more',
  title: 'more',
  spec: { dnsNames },
})

describe.for(KINDS)('%s', (kind) => {
  it('is written by server-side apply', { tags: ['AC-9'] }, async ({ expect }) => {
    const name = nameOf(kind, 'dns')
    const request = requestSchema.parse(
      JSON.parse(
        await mustKubectl(
          edge.plane,
          `get certificaterequest ${name}-1 -n ${NAMESPACE} -o json --show-managed-fields`,
        ),
      ),
    )
    const { conditions, certificate, ca } = request.status
    expect(conditions.map(({ type, reason }) => `${type} ${reason}`).toSorted()).toEqual([
      'Approved cert-manager.io',
      'Ready Issued',
    ])
    const { text } = parts(name)
    expect([certificate, ca].map(fromBase64)).toEqual([text('tls.crt'), text('ca.crt')])
    const ours = request.metadata.managedFields.filter(({ manager }) => manager === GROUP)
    expect(ours).toMatchObject([{ operation: 'Apply', subresource: 'status' }])
  })

  it(
    '30: is reissued for the same key when its certificate and its request are deleted',
    { tags: ['AC-26'] },
    async ({ expect }) => {
      const { plane } = edge
      const shape: CertificateShape = {
        id: 'again',
        title: 'again',
        spec: { dnsNames: ['again.example.com'], privateKey: { rotationPolicy: 'Never' } },
      }
      const name = nameOf(kind, shape.id)
      await plane.apply(manifestOf(kind, shape))
      const first = await inRevision(1, name)
      await mustKubectl(
        plane,
        `delete certificaterequest ${name}-${first.certificate.status.revision} -n ${NAMESPACE}`,
      )
      const emptied = '{"data":{"tls.crt":""}}'
      await mustKubectl(plane, `patch secret ${name}-tls -n ${NAMESPACE} --type=merge -p`, emptied)
      const second = await inRevision(first.certificate.status.revision + 1, name)
      expect(second.leaf.serialNumber).not.toBe(first.leaf.serialNumber)
      expect(second.text('tls.key')).toBe(first.text('tls.key'))
      expect(isFor(second.leaf, first.text('tls.key'))).toBe(true)
      expect(factsOf(second.leaf)).toEqual(wanted(shape))
    },
  )

  it(
    '31: is reissued for both DNS names when one is added',
    { tags: ['AC-26'] },
    async ({ expect }) => {
      const { plane } = edge
      const name = nameOf(kind, 'more')
      await plane.apply(manifestOf(kind, withNames('more.example.com')))
      const first = await inRevision(1, name)
      const both = withNames('more.example.com', 'another.example.com')
      await plane.apply(manifestOf(kind, both))
      const isObserved = 'jsonpath={.status.conditions[?(@.type=="Ready")].observedGeneration}=2'
      await kubectlWait(plane, [`certificate/${name}`, isObserved, TIMEOUT], NAMESPACE)
      const second = await inRevision(2, name)
      expect(factsOf(first.leaf)).toEqual(wanted(withNames('more.example.com')))
      expect(factsOf(second.leaf)).toEqual(wanted(both))
      const { metadata, status } = second.certificate
      expect(status.conditions).toMatchObject([{ observedGeneration: metadata.generation }])
    },
  )
})

const requestSchema = z.object({
  metadata: z.object({
    managedFields: z.array(
      z.object({
        manager: z.string(),
        operation: z.string(),
        subresource: z.string().optional(),
      }),
    ),
  }),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), reason: z.string() })),
    certificate: z.base64(),
    ca: z.base64(),
  }),
})

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString()
