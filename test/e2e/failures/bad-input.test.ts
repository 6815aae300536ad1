/**
 * Mistakes of users: each leads to a condition that names the cause and who has to act, and
 * what can be fixed without a new request recovers.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import {
  certificateManifest,
  issuerManifest,
  requestManifest,
  SECRET_NAME,
  secretManifest,
} from '@edge-issuer/testbed/relay/objects'
import { startEdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { NO_WORKER } from '../../../relay/src/signer/concealed-client.ts'
import {
  type EdgeEnvironment,
  getObject,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  readyOf,
  startEdgeEnvironment,
} from '../environment.ts'

const DAY_MS = 86_400_000

let edge: EdgeEnvironment

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--health-check-interval=2s'] })
})

afterAll(async () => {
  await edge.stop()
})

const NAME = 'issuer.edge-issuer.dev/edge'

/** Creates a namespace with a valid issuer and Secret, except for the given fields; `undefined` omits the Secret. */
async function anIssuerWith(
  namespace: string,
  given: { readonly spec?: object; readonly key?: string | undefined },
): Promise<void> {
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`)
  await grantCredentials(plane, namespace)
  const key = 'key' in given ? given.key : signer.clientKeyPem
  const manifests = [
    ...(key === undefined ? [] : [secretManifest(namespace, key)]),
    issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace, spec: given.spec ?? {} }),
  ]
  await plane.apply(manifests.join('---\n'))
}

/** Waits until the issuer is not Ready for this reason. @returns Its message */
async function notReady(
  namespace: string,
  reason: 'Pending' | 'Failed' = 'Pending',
): Promise<string> {
  const condition = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
  await kubectlWait(edge.plane, [NAME, condition, TIMEOUT], namespace)
  return readyOf(await getObject(edge.plane, NAME, namespace))?.message ?? ''
}

const isReady = async (namespace: string): Promise<void> =>
  kubectlWait(edge.plane, [NAME, 'condition=Ready', TIMEOUT], namespace)

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString()
const otherKey = generateKeyPairSync('ed25519')
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString()

describe('credentials', () => {
  it.for([
    {
      name: 'no-secret',
      key: undefined,
      want: `Secret "no-secret/${SECRET_NAME}" not found; waiting for it to be created`,
    },
    {
      name: 'not-a-key',
      key: 'hello',
      want: `entry "private-key.pem" of Secret "not-a-key/${SECRET_NAME}" is not an unencrypted PKCS#8 private key in PEM; put the client's key there`,
    },
    {
      name: 'rsa-key',
      key: rsaKey,
      want: `entry "private-key.pem" of Secret "rsa-key/${SECRET_NAME}" holds a key of type rsa, not Ed25519; put the client's key there`,
    },
    { name: 'wrong-key', key: otherKey, want: 'refused (credentials_rejected)' },
  ])(
    '$name: not Ready, recovers when the Secret is corrected; requests wait for it',
    { tags: ['AC-8', 'AC-14'] },
    async ({ name, key, want }, { expect }) => {
      const { plane, signer } = edge
      await anIssuerWith(name, { key })
      expect(await notReady(name)).toContain(want)
      const csrPem = createCsr({ dnsNames: ['waits.example.com'] }).pem
      const issuerRef = { group: 'edge-issuer.dev', kind: 'Issuer', name: 'edge' }
      await plane.apply(requestManifest({ name: 'waits', namespace: name, csrPem, issuerRef }))
      const pending = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending`
      await kubectlWait(plane, ['certificaterequest/waits', pending, TIMEOUT], name)
      const { message } = readyOf(await getObject(plane, 'certificaterequest/waits', name)) ?? {}
      // The request quotes its issuer.
      expect(message).toMatch(/^Waiting for issuer to become ready/)
      expect(message).toContain(want)
      await plane.apply(secretManifest(name, signer.clientKeyPem))
      await isReady(name)
      await kubectlWait(plane, ['certificaterequest/waits', 'condition=Ready', TIMEOUT], name)
    },
  )

  it('a Secret without the entry is reported with the name of the entry', async ({ expect }) => {
    await anIssuerWith('no-entry', { key: undefined })
    const manifest = secretManifest('no-entry', 'x').replace('private-key.pem', 'token')
    await edge.plane.apply(manifest)
    const condition = `jsonpath={.status.conditions[?(@.type=="Ready")].message}=Not ready yet: Secret "no-entry/${SECRET_NAME}" has no entry "private-key.pem"; waiting for it`
    await kubectlWait(edge.plane, [NAME, condition, TIMEOUT], 'no-entry')
    expect(await notReady('no-entry')).not.toContain('token')
  })
})

describe('the issuer’s spec', () => {
  it.for([
    {
      name: 'unknown-issuer',
      spec: { issuer: 'nope' },
      want: ['(issuer_unknown)', '"nope"'],
    },
    {
      name: 'unknown-profile',
      spec: { profile: 'nope' },
      want: ['the worker offers this client no profile "nope"', 'correct spec.profile'],
    },
    {
      name: 'nobody-there',
      spec: { url: 'https://127.0.0.1:1' },
      want: [NO_WORKER],
    },
  ])(
    '$name: not Ready, and heals when it is corrected',
    async ({ name, spec, want }, { expect }) => {
      const { plane, signer } = edge
      await anIssuerWith(name, { spec })
      const message = await notReady(name)
      for (const part of want) expect(message).toContain(part)
      await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: name }))
      await isReady(name)
    },
  )

  it('a CA that did not sign the worker’s TLS certificate', async ({ expect }) => {
    const other = await createAuthority({ commonName: 'other' })
    const caBundle = Buffer.from(other.certificatePem).toString('base64')
    await anIssuerWith('not-trusted', { spec: { caBundle } })
    expect(await notReady('not-trusted')).toBe(`Not ready yet: ${NO_WORKER}`)
    const log = await readFile(edge.relay().logFile, 'utf8')
    expect(log).toContain(`the TLS certificate of ${edge.signer.worker.url} is not trusted`)
  })

  it(
    'a caBundle that holds no certificates fails until the spec is edited',
    { tags: ['AC-22'] },
    async ({ expect }) => {
      const { plane, signer } = edge
      const pem = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
      await anIssuerWith('no-bundle', { spec: { caBundle: Buffer.from(pem).toString('base64') } })
      expect(await notReady('no-bundle', 'Failed')).toContain(
        'spec.caBundle holds something else than a certificate in block 1',
      )
      await plane.apply(
        issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: 'no-bundle' }),
      )
      await isReady('no-bundle')
    },
  )
})

describe('the worker', () => {
  it(
    'a worker that is down: the request waits, and is issued once it is back',
    { tags: ['AC-22'] },
    async ({ expect }) => {
      const { plane, signer } = edge
      await anIssuerWith('worker-down', {})
      await isReady('worker-down')
      await signer.worker.stop()
      const issuerRef = { group: 'edge-issuer.dev', kind: 'Issuer', name: 'edge' }
      const csrPem = createCsr({ dnsNames: ['web.example.com'] }).pem
      await plane.apply(
        requestManifest({ name: 'waits', namespace: 'worker-down', csrPem, issuerRef }),
      )
      const name = 'certificaterequest/waits'
      const pending = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Pending`
      await kubectlWait(plane, [name, pending, TIMEOUT], 'worker-down')
      expect(readyOf(await getObject(plane, name, 'worker-down'))?.message).toContain(NO_WORKER)
      await signer.worker.restart()
      await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], 'worker-down')
    },
  )

  it('an expired CA makes the issuer not Ready, and names the CA and the day', async ({
    expect,
  }) => {
    const { plane } = edge
    const expired = await startEdgeSigner({
      directory: join(plane.directory, 'expired'),
      madeAtMs: Date.now() - 3 * 365 * DAY_MS,
    })
    try {
      await anIssuerWith('expired-ca', { key: expired.clientKeyPem })
      await plane.apply(
        issuerManifest(expired, { kind: 'Issuer', name: 'edge', namespace: 'expired-ca' }),
      )
      const message = await notReady('expired-ca')
      expect(message).toContain('(issuer_expiring)')
      expect(message).toContain('CN=edge-issuer Issuing CA')
      expect(message).toMatch(/\d{4}-\d\d-\d\dT/)
    } finally {
      await expired.worker.stop()
    }
  })
})

describe('the request', () => {
  it('a CA certificate that the profile forbids fails at once, with failureTime', async ({
    expect,
  }) => {
    const { plane } = edge
    await anIssuerWith('wants-ca', {})
    await plane.apply(
      certificateManifest({
        name: 'wants-ca',
        namespace: 'wants-ca',
        issuer: { kind: 'Issuer', name: 'edge' },
        spec: { isCA: true, commonName: 'sub' },
      }),
    )
    const failed = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Failed`
    await kubectlWait(plane, ['certificaterequest/wants-ca-1', failed, TIMEOUT], 'wants-ca')
    const request = await getObject(plane, 'certificaterequest/wants-ca-1', 'wants-ca')
    expect(readyOf(request)?.message).toMatch(
      /^Failed permanently to sign CertificateRequest: .*\(ca_not_allowed\)/,
    )
    expect(request.status.failureTime).toBeDefined()
    // Users check the Certificate first: it must have the same message.
    const events = await mustKubectl(plane, 'describe certificate wants-ca -n wants-ca')
    expect(events).toContain('ca_not_allowed')
  })
})
