import { sign } from 'node:crypto'
import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_EXPORT_PATH,
  adminCertificatePath,
  adminClientPath,
  adminClientQuarantinePath,
  certificatesPath,
  clientJwksPath,
  isRefusalCode,
  problemSchema,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type RefusalCode,
  REFUSALS,
  REQUEST_ID_HEADER,
} from '@edge-issuer/shared'
import { csrInfo, makeCsr, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  ascii,
  basicConstraints,
  extension,
  extKeyUsage,
  makeKey,
  name,
  octets,
  oid,
  seq,
  signWith,
} from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import * as z from 'zod'
import { type AdminName, LIMIT } from '../../support/worker-fixture.ts'
import { aName, newKey, put, remove } from '../support/admin-clients.ts'
import { anApp, type Exchange, send } from '../support/app.ts'
import { anEntry, aRegisteredClient } from '../support/directory.ts'
import { adminKeyOf, keyOf, signingKey } from '../support/fixture.ts'
import { queryLedger, rebindLedger } from '../support/ledger.ts'
import { aCsr, aSignRequest } from '../support/sign-request.ts'
import { get, post, withHeaders } from '../support/signed.ts'

const asAdmin = (admin: AdminName, path: string): Request => get({ key: adminKeyOf(admin), path })

const fail = async (): Promise<never> => Promise.reject(new Error('overloaded'))

/** Provokes each code over HTTP. The type demands a case for each; so does the test below. */
const CASES: Readonly<Record<RefusalCode, () => Promise<Exchange>>> = {
  request_malformed: async () => send(post(JSON.stringify({ ...aSignRequest(), extra: 1 }))),
  request_too_large: async () => send(post(' '.repeat(65_537))),
  path_unknown: async () => send(get({ path: '/v1/issuers' })),
  method_not_allowed: async () => send(get({ path: certificatesPath('default') })),
  protocol_mismatch: async () => send(withHeaders(get(), { [PROTOCOL_HEADER]: '2.0' })),
  credentials_rejected: async () => send(get({ key: signingKey(makeKey('Ed25519').privateKey) })),
  clock_skew: async () => send(get({ nowMs: Date.now() - 120_000 })),
  client_quarantined: async () => {
    const { name: client, key } = await aRegisteredClient()
    const ask = anApp()
    await ask(post(aSignRequest(), { key }))
    await ask(
      post('{"quarantined":true}', {
        key: adminKeyOf('admin'),
        path: adminClientQuarantinePath(client),
      }),
    )
    return ask(post(aSignRequest(), { key }))
  },
  issuer_unknown: async () => send(post(aSignRequest(), { issuer: 'elsewhere' })),
  profile_unknown: async () => send(post(aSignRequest({ profile: 'elsewhere' }))),

  csr_malformed: async () => send(post(aSignRequest({ csr: octets(0x30, 0x80, 0, 0) }))),
  csr_signature_invalid: async () => {
    const signature = signWith(makeKey('P-256'), ascii('something else'))
    return send(post(aSignRequest({ csr: makeCsr({ signature }) })))
  },
  key_not_allowed: async () =>
    send(post(aSignRequest({ profile: 'strict', csr: makeCsr({ key: aKey('Ed25519') }) }))),
  signature_not_allowed: async () => {
    const key = aKey('P-256')
    const info = csrInfo({ key })
    const signature = new Uint8Array(sign('sha1', info, key.privateKey))
    const signatureAlgorithm = seq(oid('1.2.840.10045.4.1'))
    return send(post(aSignRequest({ csr: signCsr(info, { signature, signatureAlgorithm }) })))
  },
  subject_not_allowed: async () => {
    const subject = name(['O', 'Example'], ['CN', 'a'])
    return send(post(aSignRequest({ profile: 'strict', csr: makeCsr({ subject }) })))
  },
  name_malformed: async () => send(post(aSignRequest({ csr: aCsr('a..example') }))),
  name_not_allowed: async () =>
    send(post(aSignRequest({ csr: aCsr('b.example') }), { key: keyOf('restricted') })),
  extension_not_allowed: async () => {
    const extensions = [extension('1.3.6.1.5.5.7.1.24', octets(0x30, 0x03, 0x02, 0x01, 0x05))]
    return send(post(aSignRequest({ csr: makeCsr({ extensions }) })))
  },
  usage_unknown: async () => send(post(aSignRequest({ usages: ['teleportation'] }))),
  usage_not_allowed: async () =>
    send(post(aSignRequest({ profile: 'strict', usages: ['client auth'] }))),
  usage_mismatch: async () => {
    const extensions = [extKeyUsage('1.3.6.1.5.5.7.3.2')]
    return send(post(aSignRequest({ csr: makeCsr({ extensions }) })))
  },
  ca_not_allowed: async () =>
    send(post(aSignRequest({ isCA: true, usages: ['digital signature', 'cert sign'] }))),
  ca_mismatch: async () => {
    const extensions = [basicConstraints(true)]
    return send(post(aSignRequest({ csr: makeCsr({ extensions }) })))
  },
  origin_not_allowed: async () => {
    const request = aSignRequest()
    const origin = { ...request.origin, namespace: 'elsewhere' }
    return send(post({ ...request, origin }, { key: keyOf('restricted') }))
  },
  duration_not_allowed: async () =>
    send(post(aSignRequest({ profile: 'strict', durationSeconds: 7201 }))),

  rate_limited: async () => {
    for (let count = 0; count < LIMIT; count += 1) {
      await send(post(aSignRequest(), { key: keyOf('limited') }))
    }
    return send(post(aSignRequest(), { key: keyOf('limited') }))
  },

  query_malformed: async () => send(asAdmin('read', `${ADMIN_CERTIFICATES_PATH}?color=red`)),
  role_missing: async () => send(asAdmin('read', ADMIN_EXPORT_PATH)),
  client_unknown: async () => send(asAdmin('read', adminClientPath('nowhere'))),
  client_invalid: async () => put(aName(), { entry: {} }),
  precondition_required: async () => remove(aName()),
  version_conflict: async () => {
    const client = aName()
    await put(client, { entry: anEntry([newKey()]) })
    return put(client, { entry: anEntry([newKey()]) })
  },
  certificate_unknown: async () => send(asAdmin('read', adminCertificatePath('00'))),

  record_archived: async () => {
    const uid = crypto.randomUUID()
    await send(post(aSignRequest()))
    await queryLedger(
      'cluster-1',
      'INSERT INTO archived (uid, request_digest, serial) VALUES (?, ?, ?)',
      Buffer.from(uid.replaceAll('-', ''), 'hex'),
      Buffer.alloc(32),
      Buffer.alloc(20),
    )
    return send(post(aSignRequest({ uid })))
  },
  issuance_forgotten: async () => {
    const { name: client, key } = await aRegisteredClient()
    await send(post(aSignRequest(), { key }))
    await rebindLedger(client, { RESTORED_AT: '2026-11-30T08:00:00Z' })
    return send(post(aSignRequest(), { key }))
  },
  idempotency_conflict: async () => {
    const uid = crypto.randomUUID()
    await send(post(aSignRequest({ uid })))
    return send(post(aSignRequest({ uid, durationSeconds: 3601 })))
  },

  issuer_expiring: async () => send(get({ issuer: 'expired' })),
  worker_misconfigured: async () => send(get(), { bindings: { SIGNER_CONFIG: '{' } }),
  ledger_unavailable: async () => {
    await queryLedger(
      'broken',
      `CREATE TRIGGER IF NOT EXISTS failing BEFORE INSERT ON issuance
       BEGIN SELECT RAISE(FAIL, 'disk is full'); END`,
    )
    return send(post(aSignRequest(), { key: keyOf('broken') }))
  },
  directory_unavailable: async () => {
    return send(get({ key: signingKey(makeKey('Ed25519').privateKey) }), {
      openClientSource: () => ({ findClient: fail, findClientByKey: fail, listIds: fail }),
    })
  },
  jwks_push_refused: async () =>
    send(post(JSON.stringify({ keys: [] }), { path: clientJwksPath('cluster-1') })),
  internal_error: async () =>
    send(post(aSignRequest()), {
      openLedger: () => {
        throw new Error('the pipes are frozen')
      },
    }),
}

it.for(Object.keys(REFUSALS).filter(isRefusalCode))(
  '%s is refused as the table says',
  async (code, { expect }) => {
    const { status, headers, body, log } = await CASES[code]()
    const { class: refusalClass, title } = REFUSALS[code]

    const problem = z.strictObject(problemSchema.shape).parse(body)
    expect(problem).toMatchObject({
      type: `tag:edge-issuer.dev,2026:refusal:${code}`,
      code,
      class: refusalClass,
      status: REFUSALS[code].status,
      title,
    })
    expect(status).toBe(REFUSALS[code].status)
    expect(problem.detail).not.toBe('')
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get(PROTOCOL_HEADER)).toBe(PROTOCOL_VERSION)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(log.at(-1)).toMatchObject({
      event: 'request',
      requestId: headers.get(REQUEST_ID_HEADER),
      status,
      outcome: code,
    })
  },
)

it('an internal error says nothing outside and everything in the log', async ({ expect }) => {
  const { body, log } = await CASES.internal_error()
  expect(JSON.stringify(body)).not.toContain('frozen')
  expect(log).toEqual([
    expect.objectContaining({ reason: expect.stringContaining('the pipes are frozen') }),
  ])
})
