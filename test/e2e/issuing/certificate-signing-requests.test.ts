/**
 * Kubernetes' own CertificateSigningRequests on a real API server: what is signed, what waits, what
 * fails, and what the relay ignores.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import {
  issuerManifest,
  requestManifest,
  type SigningRequestFields,
} from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { FOREIGN_SIGNERS_FIELD_SELECTOR } from '../../../relay/src/api/group.ts'
import {
  type EdgeEnvironment,
  kubectlWait,
  mustKubectl,
  type ObservedObject,
  TIMEOUT,
  readyClusterIssuer,
  startEdgeEnvironment,
} from '../environment.ts'
import {
  certificatesOf,
  eventsOf,
  getSigningRequest,
  isSigned,
  hasEvent,
  lifetimeSecondsOf,
  makeSigningRequest,
  relayManifestsWithout,
  whyIgnored,
} from './signing-requests.ts'

const DURATION = 'experimental.cert-manager.io/request-duration'
const IS_CA = 'experimental.cert-manager.io/request-is-ca'
const ANNOTATIONS = '--certificate-signing-request-annotations'

let edge: EdgeEnvironment
let csrPem: string

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: [ANNOTATIONS] })
  csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  await readyClusterIssuer(edge)
})

afterAll(async () => {
  await edge.stop()
})

/** Makes a request for {@link csrPem}. */
const request = async (
  fields: Omit<SigningRequestFields, 'csrPem'>,
  verb: 'approve' | 'deny' | 'wait' = 'approve',
): Promise<string> => makeSigningRequest(edge.plane, { csrPem, ...fields }, verb)

/** Waits until the relay has seen everything made so far: its watch delivers requests in order. */
async function settle(): Promise<void> {
  const name = `marker-${crypto.randomUUID()}`
  const marker = await request({ name, signerName: 'clusterissuers.edge-issuer.dev/missing' })
  await hasEvent(edge.plane, marker, 'WaitingForIssuerExist')
}

const linesWith = async (file: string, text: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes(text)).length

const workerLines = async (name: string): Promise<number> =>
  linesWith(edge.signer.worker.logFile, `"${name}"`)

const conditionsOf = ({ status }: ObservedObject): readonly string[] =>
  status.conditions.map(({ type }) => type).toSorted()

describe('what is signed', () => {
  it('an approved request, once, by a chain to the root without the root', async ({ expect }) => {
    const name = await request({ name: 'web' })
    await isSigned(edge.plane, name)
    const rootPem = await readFile(edge.signer.rootFile, 'utf8')
    const chain = await certificatesOf(edge.plane, name)
    const [leaf, issuing] = chain
    expect(chain).toHaveLength(2)
    expect(leaf?.subjectAltName).toBe('DNS:web.example.com')
    const verified = await openssl(
      'verify -x509_strict -CAfile root.pem -untrusted issuing.pem leaf.pem'.split(' '),
      {
        'root.pem': rootPem,
        'issuing.pem': issuing?.toString() ?? '',
        'leaf.pem': leaf?.toString() ?? '',
      },
    )
    expect(verified).toContain('leaf.pem: OK')
    const object = await getSigningRequest(edge.plane, name)
    expect(conditionsOf(object)).toEqual(['Approved'])
    expect(await linesWith(edge.signer.worker.logFile, object.metadata.uid)).toBe(1)
    const event = 'Normal Issued: Succeeded signing the CertificateSigningRequest'
    await hasEvent(edge.plane, name, event)
  })

  it.for([
    { name: 'by-default', fields: {}, seconds: 7_776_000 },
    { name: 'by-field', fields: { spec: { expirationSeconds: 3_333 } }, seconds: 3_333 },
    {
      name: 'by-annotation',
      fields: { annotations: { [DURATION]: '896h' } },
      seconds: 3_225_600,
    },
    {
      name: 'by-field-below-annotation',
      fields: { annotations: { [DURATION]: '896h' }, spec: { expirationSeconds: 3_333 } },
      seconds: 3_333,
    },
  ])('has the requested duration: $name', async ({ name, fields, seconds }, { expect }) => {
    const csr = await request({ name, ...fields })
    await isSigned(edge.plane, csr)
    const [leaf] = await certificatesOf(edge.plane, csr)
    expect(lifetimeSecondsOf(leaf)).toBe(seconds)
  })
})

describe('a waiting request', () => {
  it('a request made before its ClusterIssuer is signed once that is Ready', async ({ expect }) => {
    const { plane, signer } = edge
    const signerName = 'clusterissuers.edge-issuer.dev/late.issuer'
    const name = await request({ name: 'early', signerName })
    await hasEvent(
      plane,
      name,
      'Normal WaitingForIssuerExist: clusterissuers.edge-issuer.dev "late.issuer" not found. Waiting for it to be created.',
    )
    const unknown = { issuer: 'nope' }
    const late = { kind: 'ClusterIssuer', name: 'late.issuer' } as const
    await plane.apply(issuerManifest(signer, { ...late, spec: unknown }))
    await hasEvent(plane, name, 'Normal WaitingForIssuerReady: Waiting for issuer to become ready.')
    await plane.apply(issuerManifest(signer, late))
    await isSigned(plane, name)
    expect(await certificatesOf(plane, name)).toHaveLength(2)
  })

  it('a request until it is approved', async ({ expect }) => {
    const name = await request({ name: 'unapproved' }, 'wait')
    await settle()
    const { status } = await getSigningRequest(edge.plane, name)
    expect(status).toEqual({ conditions: [] })
    expect(await workerLines('unapproved')).toBe(0)
    await mustKubectl(edge.plane, 'certificate approve unapproved')
    await isSigned(edge.plane, name)
  })

  it('reports that permission to sign is missing', { tags: ['AC-24'] }, async ({ expect }) => {
    const { plane } = edge
    await plane.apply(await relayManifestsWithout('sign'))
    const name = await request({ name: 'not-permitted' })
    await hasEvent(
      plane,
      name,
      'user not permitted to sign requests with signerName "clusterissuers.edge-issuer.dev/edge"',
    )
    const log = join(plane.directory, 'relay.log')
    expect(await linesWith(log, '"message":"status not written"')).toBeGreaterThan(0)
    expect((await getSigningRequest(plane, name)).status.certificate).toBeUndefined()
    await plane.apply(await manifests('relay'))
    await isSigned(edge.plane, name)
  })
})

describe('the relay fails', { tags: ['AC-24'] }, () => {
  it.for([
    {
      name: 'too-short',
      annotations: { [DURATION]: '599s' },
      want: `annotation ${DURATION} is "599s"; expected a duration of at least 600s such as 2160h`,
    },
    {
      name: 'not-a-duration',
      annotations: { [DURATION]: '90d' },
      want: `annotation ${DURATION} is "90d"; expected a duration of at least 600s such as 2160h`,
    },
    { name: 'wants-ca', annotations: { [IS_CA]: 'true' }, want: '(ca_not_allowed)' },
  ])('$name, for good, with the reason', async ({ name, annotations, want }, { expect }) => {
    const csr = await request({ name, annotations })
    await kubectlWait(edge.plane, [csr, 'condition=Failed', TIMEOUT], 'default')
    const object = await getSigningRequest(edge.plane, csr)
    expect(conditionsOf(object)).toEqual(['Approved', 'Failed'])
    expect(object.status.certificate).toBeUndefined()
    const failed = object.status.conditions.find(({ type }) => type === 'Failed')
    const { message = '', lastUpdateTime, lastTransitionTime } = failed ?? {}
    expect(failed).toMatchObject({ status: 'True', reason: 'Failed' })
    expect(lastUpdateTime).toBeDefined()
    expect(lastTransitionTime).toBe(lastUpdateTime)
    expect(message).toMatch(/^CertificateSigningRequest has failed permanently: /)
    expect(message).toContain(want)
    await hasEvent(edge.plane, csr, `Warning PermanentError: ${message.slice(0, 100)}`)
  })
})

describe('the relay ignores', { tags: ['AC-24'] }, () => {
  it.for([
    { name: 'denied', verb: 'deny', fields: {}, why: 'denied' },
    {
      name: 'namespaced',
      verb: 'wait',
      fields: { signerName: 'issuers.edge-issuer.dev/default.edge' },
      why: 'signer is not cluster-scoped',
    },
    {
      name: 'foreign',
      verb: 'approve',
      fields: { signerName: 'clusterissuers.acme.dev/edge' },
      // Not even reconciled.
      why: undefined,
    },
  ] as const)('$name', async ({ name, verb, fields, why }, { expect }) => {
    const csr = await request({ name, ...fields }, verb)
    const before = await getSigningRequest(edge.plane, csr)
    await settle()
    expect(await getSigningRequest(edge.plane, csr)).toEqual(before)
    expect(await eventsOf(edge.plane, csr)).toEqual([])
    expect(await workerLines(name)).toBe(0)
    expect(await whyIgnored(edge.plane, name)).toBe(why)
  })

  it('an approved one for a namespaced issuer, with one Event', async ({ expect }) => {
    const signerName = 'issuers.edge-issuer.dev/default.edge'
    const csr = await request({ name: 'namespaced-approved', signerName })
    await hasEvent(edge.plane, csr, 'Warning UnsupportedSigner: Signers "issuers.edge-issuer.dev/')
    const object = await getSigningRequest(edge.plane, csr)
    expect(conditionsOf(object)).toEqual(['Approved'])
    expect(await workerLines('namespaced-approved')).toBe(0)
  })

  it('annotations, unless they are enabled', async ({ expect }) => {
    await edge.restartRelay({ flags: [`${ANNOTATIONS}=false`] })
    try {
      const annotations = { [DURATION]: '896h', [IS_CA]: 'true' }
      const csr = await request({ name: 'annotated', annotations })
      await isSigned(edge.plane, csr)
      const [leaf] = await certificatesOf(edge.plane, csr)
      expect(lifetimeSecondsOf(leaf)).toBe(7_776_000)
      expect(leaf?.ca).toBe(false)
    } finally {
      await edge.restartRelay()
    }
  })

  it('requests of Kubernetes itself do not leave the API server', async ({ expect }) => {
    const { plane } = edge
    const signerName = 'kubernetes.io/kube-apiserver-client'
    await request({ name: 'theirs', signerName, spec: { usages: ['client auth'] } }, 'wait')
    const names = async (selector: string): Promise<string> =>
      mustKubectl(plane, `get csr -o name --field-selector ${selector}`)
    expect(await names('metadata.name=theirs')).toContain('/theirs')
    const listed = await names(FOREIGN_SIGNERS_FIELD_SELECTOR)
    expect(listed).not.toContain('/theirs')
    expect(listed).toContain('/web')
  })

  it('all of them, when they are not enabled', async ({ expect }) => {
    const { plane } = edge
    await edge.restartRelay({ flags: ['--enable-certificate-signing-requests=false'] })
    try {
      const name = await request({ name: 'disabled' })
      const issuerRef = { group: 'edge-issuer.dev', kind: 'ClusterIssuer', name: 'edge' }
      const marker = { name: 'later', namespace: 'default', csrPem, issuerRef }
      await plane.apply(requestManifest(marker))
      await kubectlWait(plane, ['certificaterequest/later', 'condition=Ready', TIMEOUT], 'default')
      expect(await eventsOf(edge.plane, name)).toEqual([])
      expect(await workerLines('disabled')).toBe(0)
    } finally {
      await edge.restartRelay()
    }
    await isSigned(edge.plane, 'csr/disabled')
  })
})
