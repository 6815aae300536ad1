import { createHash } from 'node:crypto'
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { verifyAnswer } from '../../../relay/src/signer/verify-answer.ts'
import { makeCsr } from '../../support/csr.ts'
import {
  type Authority,
  type AuthorityOptions,
  basicConstraints,
  commonName,
  generalName,
  makeAuthority,
  makeKey,
  subjectAltName,
} from '../../support/x509.ts'

const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})
const stranger = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})

const key = makeKey('P-256')
const subject = commonName('web')
const names = subjectAltName(generalName.dns('web.example.com'))
const NOW_MS = Date.parse('2026-01-01T00:00:00Z')

const leaf = (options: AuthorityOptions = {}): Authority =>
  makeAuthority({
    key,
    subject,
    issuer: issuing,
    extensions: [basicConstraints(false), names],
    ...options,
  })

const request = (fields: Partial<SignRequest> = {}): SignRequest => ({
  csr: Buffer.from(makeCsr({ key, subject, extensions: [names] })).toString('base64'),
  durationSeconds: 3_600,
  isCA: false,
  usages: [],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: 'u',
    username: '',
    groups: [],
  },
  ...fields,
})

const answer = (chain: string, ca = root.pem): SignAnswer => ({
  chain,
  ca,
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-01-01T01:00:00Z',
  clamped: null,
  replayed: false,
})

const sha256 = ({ der }: Authority): string => createHash('sha256').update(der).digest('hex')

interface Given {
  readonly chain?: string
  readonly ca?: string
  readonly fields?: Partial<SignRequest>
  readonly issuingCaSha256?: string | undefined
}

const verify = ({ chain = leaf().pem + issuing.pem, ca, fields, ...given }: Given): unknown =>
  verifyAnswer(answer(chain, ca), {
    request: request(fields),
    issuingCaSha256: 'issuingCaSha256' in given ? given.issuingCaSha256 : sha256(issuing),
    nowMs: NOW_MS,
  })

describe('verifyAnswer', () => {
  it('gives the chain without its root, and the root', ({ expect }) => {
    const chain = leaf().pem + issuing.pem
    expect(verify({ chain })).toEqual({ ok: true, value: { chainPem: chain, caPem: root.pem } })
  })

  it('accepts a leaf that the root itself signed', ({ expect }) => {
    const chain = leaf({ issuer: root }).pem
    expect(verify({ chain, issuingCaSha256: sha256(root) })).toMatchObject({ ok: true })
  })

  it('accepts any CA under the root before the first health check', ({ expect }) => {
    expect(verify({ issuingCaSha256: undefined })).toMatchObject({ ok: true })
  })

  it.for([
    { name: 'a chain that is not PEM', chain: 'hello', want: 'chain: expected' },
    { name: 'no root', ca: '', want: 'ca: there is no' },
    { name: 'two roots', ca: root.pem + root.pem, want: 'ca holds 2 certificates' },
    {
      name: 'a root that did not sign the chain',
      ca: makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') }).pem,
      want: 'is not signed by the next',
    },
    {
      name: 'a ca that is not self-signed',
      chain: leaf().pem,
      ca: issuing.pem,
      want: 'is not signed by the next',
    },
    {
      name: 'a missing link',
      chain: leaf().pem,
      want: 'certificate 1 of the chain is not signed by the next',
    },
    {
      name: 'links in the wrong order',
      chain: issuing.pem + leaf().pem,
      want: 'is not signed by the next',
    },
    {
      name: 'a link of the same name with another key',
      chain: leaf().pem + stranger.pem,
      want: 'certificate 1 of the chain is not signed by the next',
    },
    {
      name: 'another public key',
      chain: leaf({ key: makeKey('P-256') }).pem + issuing.pem,
      want: 'its public key is another',
    },
    {
      name: 'another subject',
      chain: leaf({ subject: commonName('other') }).pem + issuing.pem,
      want: 'its subject is another',
    },
    {
      name: 'a name more',
      chain:
        leaf({
          extensions: [
            basicConstraints(false),
            subjectAltName(generalName.dns('web.example.com'), generalName.dns('evil.example.com')),
          ],
        }).pem + issuing.pem,
      want: 'its subject alternative names are others',
    },
    {
      name: 'no names',
      chain: leaf({ extensions: [basicConstraints(false)] }).pem + issuing.pem,
      want: 'its subject alternative names are others',
    },
    {
      name: 'a CA that was not asked for',
      chain: leaf({ extensions: [basicConstraints(true), names] }).pem + issuing.pem,
      want: 'it is a CA',
    },
    { name: 'no CA where one was asked for', fields: { isCA: true }, want: 'it is not a CA' },
    {
      name: 'one that is expired',
      chain: leaf({ notAfter: new Date(NOW_MS) }).pem + issuing.pem,
      want: 'it is expired',
    },
    {
      name: 'a chain of too many certificates',
      chain: leaf().pem + issuing.pem.repeat(10),
      want: 'more than 10 PEM blocks',
    },
  ])('refuses $name, for a time: the worker can be mended', ({ want, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject({
      ok: false,
      error: {
        class: 'temporary',
        code: 'answer_refused',
        message: expect.stringContaining(want),
      },
    })
  })

  it('accepts one in its last second', ({ expect }) => {
    const chain = leaf({ notAfter: new Date(NOW_MS + 1_000) }).pem + issuing.pem
    expect(verify({ chain })).toMatchObject({ ok: true })
  })

  it('leaves a CA that the last health check did not see to the issuer’s next check', ({
    expect,
  }) => {
    expect(verify({ issuingCaSha256: sha256(stranger) })).toMatchObject({
      ok: false,
      error: {
        class: 'issuer',
        code: 'answer_refused',
        message: expect.stringContaining(sha256(issuing)),
      },
    })
  })
})
