/** Records of requests that a ServiceAccount token authenticated, whole and forged. */
import { createPublicKey, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type CertificateRecord,
  readSignatureBase,
  signatureBase,
  type TokenCredential,
  tokenAudience,
} from '@edge-issuer/shared'
import { type KeyPair, makeKey } from '@edge-issuer/testbed/pki/x509'
import { keyIdOf } from '@edge-issuer/testbed/worker/signed-request'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { makeClusterKey, makeToken, type TokenChanges } from '../support/cluster-token.ts'
import { type ExportHarness, setUpExport, TRUST } from './support/export-harness.ts'

const cluster = makeClusterKey('ES256', 'a')
const FLAGS = `${TRUST} --client-keys cluster.json`

let harness: ExportHarness

beforeAll(async () => {
  harness = await setUpExport(1)
  const write = async (name: string, content: unknown): Promise<void> =>
    writeFile(join(harness.directory, name), JSON.stringify(content))
  const { client } = harness.recordAt(0)
  await write('cluster.json', { keys: [cluster.jwk] })
  const entry = { keys: [], identity: { jwks: { keys: [cluster.jwk] } } }
  await write('entry.json', { clients: { [client]: entry } })
  await write('other.json', { clients: { other: entry } })
})

afterAll(async () => harness.stop())

interface Change {
  readonly key?: KeyPair
  readonly clusterKey?: typeof cluster
  readonly credential?: Partial<TokenCredential>
  readonly token?: TokenChanges
  readonly audience?: string
}

/** The one record, as if a ServiceAccount had signed its request. */
function tokenRecord({
  key = makeKey('Ed25519'),
  clusterKey = cluster,
  credential: changed,
  token: changes,
  audience = tokenAudience(harness.signer.worker.url, keyIdOf(key)),
}: Change = {}): CertificateRecord {
  const record = harness.recordAt(0)
  const read = readSignatureBase(record.evidence.signatureBase)
  if (read === undefined) throw new Error('the worker signed it')
  const { x: publicKey = '' } = createPublicKey(key.privateKey).export({ format: 'jwk' })
  const contents = {
    issuer: 'https://kubernetes.default.svc',
    audience,
    subject: 'system:serviceaccount:edge-issuer:relay',
    nowMs: read.parameters.createdSeconds * 1000,
  }
  const token = makeToken(clusterKey, contents, changes)
  const credential = { client: record.client, publicKey, token, ...changed }
  const keyId = keyIdOf(key)
  const base = signatureBase({ ...read.message, credential }, { ...read.parameters, keyId })
  const signature = sign(null, Buffer.from(base), key.privateKey).toString('base64')
  const evidence = { ...record.evidence, keyId, signatureBase: base, signature }
  return { ...record, evidence: { ...evidence, token: credential.token } }
}

const outputOf = async (record: CertificateRecord, flags = FLAGS) => {
  const { code, stdout } = await harness.verify([record], flags)
  return { code, stdout: stdout.replace(/^line 1, uid \S+: /gmu, '') }
}

it.for([FLAGS, `${TRUST} --client-keys entry.json`, ''])(
  'verifies with %s',
  async (flags, { expect }) => {
    expect(await outputOf(tokenRecord(), flags)).toEqual({ code: 0, stdout: '' })
  },
)

describe('fails for', () => {
  it('a token of a cluster that is not known', async ({ expect }) => {
    const { code, stdout } = await outputOf(tokenRecord(), TRUST)
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: 'the token is signed with a key that is not among --client-keys\n',
    })
  })

  it("a token of another client's cluster", async ({ expect }) => {
    const { stdout } = await outputOf(tokenRecord(), `${TRUST} --client-keys other.json`)
    expect(stdout).toBe('the token is signed with a key that is not among --client-keys\n')
  })

  it.for<[name: string, change: () => Change, finding: string]>([
    [
      'a token that another cluster signed',
      () => ({ clusterKey: makeClusterKey('ES256', 'a') }),
      'the token does not verify: token_signature_invalid',
    ],
    [
      'a token without a signature',
      () => ({ token: { header: { alg: 'none' }, signature: '' } }),
      'the token does not verify: token_algorithm_not_allowed',
    ],
    [
      'a token for another key',
      () => ({ audience: tokenAudience(harness.signer.worker.url, 'k'.repeat(43)) }),
      'not for this worker and key',
    ],
    [
      'a token for another worker',
      () => {
        const key = makeKey('Ed25519')
        return { key, audience: tokenAudience('https://other.example', keyIdOf(key)) }
      },
      'not for this worker and key',
    ],
    [
      'a token that had expired',
      () => ({ token: { payload: { iat: 1, exp: 2 } } }),
      'when the token was not valid',
    ],
    [
      'another client',
      () => ({ credential: { client: 'other' } }),
      'the request was signed for client "other"',
    ],
    [
      'another public key',
      () => ({ credential: { publicKey: publicKeyOf(makeKey('Ed25519')) } }),
      'the thumbprint of the signed key is',
    ],
    [
      'no token',
      () => ({ credential: { token: 'a.b.c' } }),
      'the token is not a ServiceAccount token',
    ],
  ])('%s', async ([, change, finding], { expect }) => {
    const { code, stdout } = await outputOf(tokenRecord(change()))
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })

  it('another signature', async ({ expect }) => {
    const record = tokenRecord()
    const signature = Buffer.alloc(64).toString('base64')
    const { stdout } = await outputOf({ ...record, evidence: { ...record.evidence, signature } })
    expect(stdout).toMatch(/^the signature does not verify with key \S+\n$/u)
  })

  it('a record that has another token than its request, or none', async ({ expect }) => {
    const { evidence, ...record } = tokenRecord()
    const { token: _token, ...without } = evidence
    for (const changed of [{ ...evidence, token: 'a.b.c' }, without]) {
      const { stdout } = await outputOf({ ...record, evidence: changed })
      expect(stdout).toBe('evidence.token is not the token of the signed request\n')
    }
  })

  it('a token that was added to a request with a registered key', async ({ expect }) => {
    const { evidence, ...record } = harness.recordAt(0)
    const { stdout } = await outputOf({ ...record, evidence: { ...evidence, token: 'a.b.c' } })
    expect(stdout).toBe('evidence.token is not part of the signed request\n')
  })
})

const publicKeyOf = ({ privateKey }: KeyPair): string =>
  createPublicKey(privateKey).export({ format: 'jwk' }).x ?? ''
