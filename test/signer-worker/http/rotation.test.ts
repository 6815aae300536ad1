/**
 * An issuer whose CA is rotated: whose certificates are signed by whom, and what is to be trusted.
 * Its CAs in the fixture: one under a root of its own that is retiring, and two under another root,
 * of which the first signs.
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { ok, type SignAnswer, signAnswerSchema, type SignRequest } from '@edge-issuer/shared'
import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import type { Issuer } from '../../../signer-worker/src/config/exports.ts'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { send } from '../support/app.ts'
import { configWith } from '../support/fixture.ts'
import { aNonce } from '../support/issue-request.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { post } from '../support/signed.ts'

const OLD = 'CN=Test Root'
const NEW = 'CN=Other Root'

/** Asks for a certificate; the application may have other states than the ledger has. */
async function ask(
  request: SignRequest,
  states?: readonly (string | undefined)[],
): Promise<SignAnswer> {
  const bindings =
    states === undefined ? {} : { bindings: { SIGNER_CONFIG: configWith('rotating', states) } }
  const { body } = await send(post(request, { issuer: 'rotating' }), bindings)
  return signAnswerSchema.parse(body)
}

const certificates = (pem: string): readonly X509Certificate[] =>
  pem.split(/(?<=-----END CERTIFICATE-----\n)/).map((one) => new X509Certificate(one))

/** The subjects of what is to be trusted, in order. */
const trusted = ({ ca }: SignAnswer): readonly string[] =>
  certificates(ca).map(({ subject }) => subject)

const issuerOf = ({ chain }: SignAnswer): string | undefined => certificates(chain)[0]?.issuer

describe('a new certificate', () => {
  it('is by the active CA, with every root, its own first', async ({ expect }) => {
    const answer = await ask(aSignRequest())
    expect(issuerOf(answer)).toBe('CN=Rotated CA')
    expect(trusted(answer)).toEqual([NEW, OLD])
    const [leaf, issuing] = certificates(answer.chain)
    const [root] = certificates(answer.ca)
    if (leaf === undefined || issuing === undefined || root === undefined) throw new Error('short')
    expect(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey)).toBe(true)
  })

  it('names one root when two intermediates share it', async ({ expect }) => {
    const answer = await ask(aSignRequest(), [undefined, 'retiring', 'active'])
    expect(issuerOf(answer)).toBe('CN=Next CA')
    expect(trusted(answer)).toEqual([NEW])
  })
})

describe('a certificate that the uid already has', () => {
  it.for([
    ['after the next cut-over', ['retiring', 'retiring', 'active'], [NEW, OLD]],
    ['after a cut-over back', ['active', 'next', undefined], [NEW, OLD]],
    ['after its CA is gone', ['active', undefined, undefined], [NEW, OLD]],
    ['after all but its own root is gone', [undefined, 'retiring', 'active'], [NEW]],
  ] as const)('%s is the same, with today’s roots', async ([, states, roots], { expect }) => {
    const request = aSignRequest()
    const first = await ask(request)
    const again = await ask(request, states)
    expect(again).toMatchObject({ chain: first.chain, replayed: true })
    expect(trusted(again)).toEqual(roots)
  })
})

function rotating(): Issuer {
  const settings = loadSettings(env)
  const issuer = settings.ok ? settings.value.issuers.get('rotating') : undefined
  if (issuer === undefined) throw new Error('the fixture has this issuer')
  return issuer
}

describe('a plan that was made just before a cut-over', () => {
  it.for([
    [0, 'CN=Test Issuing CA', [OLD]],
    [2, 'CN=Next CA', [NEW]],
  ] as const)('is signed by its own CA: %s', async ([index, subject, roots], { expect }) => {
    const ca = rotating().authorities[index]?.ca
    if (ca === undefined) throw new Error('the fixture has this CA')
    const request = aSignRequest()
    const plan = evaluate({
      request,
      profile: profileSchema.parse({}),
      client: compileClientPolicy({}),
      ca,
      nowMs: Date.now(),
    })
    if (!plan.ok) throw new Error(JSON.stringify(plan.error))
    const outcome = await openLedger(env, {
      issuer: 'rotating',
      client: { name: 'in-flight', shards: [1] },
    }).issue({
      issuer: 'rotating',
      requestDigest: new Uint8Array(32),
      origin: request.origin,
      evidence: {
        keyId: 'k',
        nonce: aNonce(),
        signatureBase: 'b',
        signature: new Uint8Array(64),
      },
      body: new Uint8Array([1]),
      certificatesPerMinute: undefined,
      repeatsPerMinute: 100,
      order: ok({ plan: plan.value, caSha256: ca.sha256, profile: 'default' }),
    })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error))
    expect(issuerOf(outcome.value)).toBe(subject)
    expect(trusted(outcome.value)).toEqual(roots)
  })
})
