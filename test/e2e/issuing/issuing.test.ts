/**
 * The main job and the rules around it, on a real cluster: what is issued, what waits, what is left
 * alone.
 *
 * @module
 */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import {
  certificateManifest,
  type IssuerKind,
  issuerManifest,
  requestManifest,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import {
  type EdgeEnvironment,
  getObject,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  ourReasons,
  TIMEOUT,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'

const NAMESPACE = 'default'
const OURS = { group: 'edge-issuer.dev', kind: 'Issuer', name: 'edge' }

let edge: EdgeEnvironment
let csrPem: string

beforeAll(async () => {
  edge = await startEdgeEnvironment()
  csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
  const { plane, signer } = edge
  await grantCredentials(plane, NAMESPACE)
  await plane.apply(
    [
      secretManifest(NAMESPACE, signer.clientKeyPem),
      secretManifest('edge-issuer', signer.clientKeyPem),
      issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: NAMESPACE }),
      issuerManifest(signer, { kind: 'ClusterIssuer', name: 'edge' }),
    ].join('---\n'),
  )
})

afterAll(async () => {
  await edge.stop()
})

/** Creates a CertificateRequest for {@link csrPem}. */
async function request(name: string, issuerRef: object): Promise<string> {
  await edge.plane.apply(requestManifest({ name, namespace: NAMESPACE, csrPem, issuerRef }))
  return `certificaterequest/${name}`
}

/** The number of the worker's log lines about requests of this name. */
async function workerLines(name: string): Promise<number> {
  const log = await readFile(edge.signer.worker.logFile, 'utf8')
  return log.split('\n').filter((line) => line.includes(`"${name}"`)).length
}

describe('a request', () => {
  it.for(['Issuer', 'ClusterIssuer'] as const)(
    'a Certificate by an %s',
    async (kind, { expect }) => {
      const { plane, signer } = edge
      await kubectlWait(plane, [`${kind}.edge-issuer.dev/edge`, 'condition=Ready', '5s'], NAMESPACE)
      const name = `by-${kind.toLowerCase()}`
      const issuer = { kind: kind satisfies IssuerKind, name: 'edge' }
      await plane.apply(certificateManifest({ name, namespace: NAMESPACE, issuer }))
      await kubectlWait(plane, [`certificate/${name}`, 'condition=Ready', '5s'], NAMESPACE)

      const { ca, certificate, key } = await secretFiles(`${name}-tls`)
      const verify = `verify -x509_strict -verify_hostname ${name}.example.com -CAfile ${ca} -untrusted ${certificate} ${certificate}`
      const verified = await openssl(verify.split(' '))
      expect(verified).toContain(': OK')
      expect(await readFile(ca, 'utf8')).toBe(await readFile(signer.rootFile, 'utf8'))
      const [ofKey, ofCertificate] = await Promise.all([
        openssl(`pkey -in ${key} -pubout`.split(' ')),
        openssl(`x509 -in ${certificate} -noout -pubkey`.split(' ')),
      ])
      expect(ofKey).toBe(ofCertificate)
    },
  )

  it('reports it in Events and in the condition', async ({ expect }) => {
    const { plane } = edge
    const name = await request('reported', OURS)
    await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], NAMESPACE)
    expect(readyOf(await getObject(plane, name, NAMESPACE))).toMatchObject({
      status: 'True',
      reason: 'Issued',
      message: 'Succeeded signing the CertificateRequest',
    })
    const described = await mustKubectl(plane, `describe ${name} -n ${NAMESPACE}`)
    expect(described).toMatch(/Normal\s+Issued\s+.*edge-issuer.dev\/relay\s+Succeeded signing/)
  })
})

describe('a waiting request', () => {
  it('a request is issued once its issuer exists', { tags: ['AC-6'] }, async ({ expect }) => {
    const { plane, signer } = edge
    await plane.apply('{apiVersion: v1, kind: Namespace, metadata: {name: early}}')
    await grantCredentials(plane, 'early')
    const manifest = { name: 'early', namespace: 'early', csrPem, issuerRef: OURS }
    await plane.apply(requestManifest(manifest))
    const name = 'certificaterequest/early'
    const pending = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending`
    await kubectlWait(plane, [name, pending, TIMEOUT], 'early')
    expect(readyOf(await getObject(plane, name, 'early'))?.message).toBe(
      'issuers.edge-issuer.dev "edge" not found. Waiting for it to be created.',
    )

    await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'early' }))
    const waiting = `jsonpath={.status.conditions[?(@.type=="Ready")].status}=False`
    await kubectlWait(plane, ['issuer.edge-issuer.dev/edge', waiting, TIMEOUT], 'early')
    expect(readyOf(await getObject(plane, 'issuer.edge-issuer.dev/edge', 'early'))?.message).toBe(
      'Not ready yet: Secret "early/edge-client" not found; waiting for it to be created',
    )

    await plane.apply(secretManifest('early', signer.clientKeyPem))
    await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], 'early')
  })

  it('an unreadable Secret: the condition has the fix', { tags: ['AC-23'] }, async ({ expect }) => {
    const { plane, signer } = edge
    await plane.apply('{apiVersion: v1, kind: Namespace, metadata: {name: closed}}')
    await plane.apply(secretManifest('closed', signer.clientKeyPem))
    await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'closed' }))
    const name = 'issuer.edge-issuer.dev/edge'
    const waiting = `jsonpath={.status.conditions[?(@.type=="Ready")].status}=False`
    await kubectlWait(plane, [name, waiting, TIMEOUT], 'closed')
    const message = readyOf(await getObject(plane, name, 'closed'))?.message ?? ''
    const [, command] = /grant it with: kubectl (create rolebinding .*)$/.exec(message) ?? []
    expect(command).toBeDefined()
    await mustKubectl(plane, command ?? '')
    await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], 'closed')
  })
})

describe('the relay ignores', () => {
  it.for([
    { name: 'foreign-group', issuerRef: { ...OURS, group: 'other.example.com' }, reason: '' },
    { name: 'foreign-kind', issuerRef: { ...OURS, kind: 'X' }, reason: 'UnknownIssuerKind' },
  ])('a $name', { tags: ['AC-1'] }, async ({ name: given, issuerRef, reason }, { expect }) => {
    const { plane } = edge
    const name = await request(given, issuerRef)
    const before = await getObject(plane, name, NAMESPACE)
    await settle(given, 'approved by cert-manager')
    const after = await getObject(plane, name, NAMESPACE)
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
    expect(readyOf(after)).toBeUndefined()
    expect(await workerLines(given)).toBe(0)
    await expect.poll(async () => ourReasons(plane, name), { timeout: 30_000 }).toBe(reason)
  })

  it(
    'a request without a group, which is cert-manager’s',
    { tags: ['AC-1'] },
    async ({ expect }) => {
      for (const issuerRef of [{ kind: 'Issuer', name: 'edge' }, { name: 'edge' }]) {
        const given = `no-group-${String(Object.keys(issuerRef).length)}`
        const name = await request(given, issuerRef)
        await settle(given, 'approved by cert-manager')
        expect(await workerLines(given)).toBe(0)
        expect(await ourTraces(name)).toBe('')
      }
    },
  )

  it('no request without a kind: it means Issuer', { tags: ['AC-1'] }, async ({ expect }) => {
    const name = await request('no-kind', { group: OURS.group, name: OURS.name })
    await kubectlWait(edge.plane, [name, 'condition=Ready', TIMEOUT], NAMESPACE)
    expect(await ourTraces(name)).toContain(OURS.group)
  })

  it('a request until it is approved', { tags: ['AC-2'] }, async ({ expect }) => {
    const { plane } = edge
    await plane.stopCertManager()
    try {
      const name = await request('unapproved', OURS)
      await settle('unapproved', 'approved by the test')
      expect(readyOf(await getObject(plane, name, NAMESPACE))).toBeUndefined()
      expect(await workerLines('unapproved')).toBe(0)
      await setCondition(name, 'Approved')
      await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], NAMESPACE)
      expect(await workerLines('unapproved')).toBe(1)
    } finally {
      await plane.startCertManager()
    }
  })

  it(
    'a denied request, except for Ready=False with reason Denied and its time',
    { tags: ['AC-3', 'AC-21'] },
    async ({ expect }) => {
      const { plane } = edge
      await plane.stopCertManager()
      try {
        const name = await request('denied', OURS)
        await setCondition(name, 'Denied')
        const denied = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Denied`
        await kubectlWait(plane, [name, denied, TIMEOUT], NAMESPACE)
        const object = await getObject(plane, name, NAMESPACE)
        expect(object.status.conditions.some(({ type }) => type === 'Approved')).toBe(false)
        expect(readyOf(object)).toMatchObject({ status: 'False', reason: 'Denied' })
        expect(object.status.failureTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        expect(await workerLines('denied')).toBe(0)
      } finally {
        await plane.startCertManager()
      }
    },
  )
})

/** The relay's field manager in a request and in Events about it; empty without any. */
async function ourTraces(name: string): Promise<string> {
  const { plane } = edge
  const [managers, reporters] = await Promise.all([
    mustKubectl(
      plane,
      `get ${name} -n ${NAMESPACE} --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}`,
    ),
    mustKubectl(
      plane,
      `get events -n ${NAMESPACE} --field-selector involvedObject.name=${name.slice(name.indexOf('/') + 1)} -o jsonpath={.items[*].reportingComponent}`,
    ),
  ])
  return `${managers} ${reporters}`
    .split(' ')
    .filter((text) => text.includes(OURS.group))
    .join(' ')
}

/**
 * Waits until the relay has seen everything made so far: a request made after `name` in the same collection, for
 * the same relay, is finished only when the watch has passed `name`.
 */
async function settle(
  name: string,
  approval: 'approved by cert-manager' | 'approved by the test',
): Promise<void> {
  const marker = await request(`after-${name}`, { ...OURS, name: 'missing' })
  if (approval === 'approved by the test') await setCondition(marker, 'Approved')
  const pending = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending`
  await kubectlWait(edge.plane, [marker, pending, TIMEOUT], NAMESPACE)
}

/** Approves or denies, as an approver does. */
async function setCondition(name: string, type: 'Approved' | 'Denied'): Promise<void> {
  const { conditions } = (await getObject(edge.plane, name, NAMESPACE)).status
  const condition = { type, status: 'True', reason: 'Test', message: 'by the test' }
  const patch = JSON.stringify({ status: { conditions: [...conditions, condition] } })
  const command = `patch ${name} -n ${NAMESPACE} --subresource=status --type=merge -p`
  await mustKubectl(edge.plane, command, patch)
}

/** The files of a TLS Secret, by path. */
interface SecretFiles {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Writes a TLS Secret's entries to files. */
async function secretFiles(name: string): Promise<SecretFiles> {
  const json = await mustKubectl(edge.plane, `get secret ${name} -n ${NAMESPACE} -o json`)
  const { data } = z.looseObject({ data: z.record(z.string(), z.string()) }).parse(JSON.parse(json))
  const directory = await mkdtemp(join(edge.plane.directory, 'secret-'))
  const write = async (entry: string): Promise<string> => {
    const path = join(directory, entry)
    await writeFile(path, Buffer.from(data[entry] ?? '', 'base64'), { mode: 0o600 })
    return path
  }
  return {
    ca: await write('ca.crt'),
    certificate: await write('tls.crt'),
    key: await write('tls.key'),
  }
}
