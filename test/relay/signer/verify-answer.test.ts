import { createHash } from 'node:crypto'
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { Certificates } from '../../../relay/src/signer/certificates.ts'
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

/** What an issuer that is rotated has beside it. */
const nextRoot = makeAuthority({ key: makeKey('P-256'), subject: commonName('Next Root') })
/** As after a root was renewed: the same name, another key. */
const namesake = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })

const notCa = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Leaf'),
  issuer: root,
  extensions: [basicConstraints(false)],
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
  ignored: [],
  warnings: [],
})

const sha256 = ({ der }: Authority): string => createHash('sha256').update(der).digest('hex')

interface Given {
  readonly chain?: string
  readonly ca?: string
  readonly fields?: Partial<SignRequest>
  readonly seenCas?: readonly string[] | undefined
}

/** Remembers what all answers of this file came with. */
const certificates = new Certificates()

const verify = ({ chain = leaf().pem + issuing.pem, ca, fields, ...given }: Given): unknown =>
  verifyAnswer(
    answer(chain, ca),
    {
      request: request(fields),
      seenCas: 'seenCas' in given ? given.seenCas : [sha256(issuing)],
      nowMs: NOW_MS,
    },
    certificates,
  )

describe('verifyAnswer', () => {
  it('gives the chain without its root, and the root', ({ expect }) => {
    const chain = leaf().pem + issuing.pem
    expect(verify({ chain })).toEqual({ ok: true, value: { chainPem: chain, caPem: root.pem } })
  })

  it('accepts a leaf that the root itself signed', ({ expect }) => {
    const chain = leaf({ issuer: root }).pem
    expect(verify({ chain, seenCas: [sha256(root)] })).toMatchObject({ ok: true })
  })

  it('accepts any CA under the root before the first health check', ({ expect }) => {
    expect(verify({ seenCas: undefined })).toMatchObject({ ok: true })
  })

  it.for([
    { name: 'a chain that is not PEM', chain: 'hello', want: 'chain: expected' },
    { name: 'no root', ca: '', want: 'ca: there is no' },
    {
      name: 'a root that did not sign the chain, by the name of the one that did',
      ca: namesake.pem,
      want: 'no root in ca signed the chain',
    },
    {
      name: 'several roots of which none signed the chain',
      ca: namesake.pem + nextRoot.pem,
      want: 'no root in ca signed the chain',
    },
    {
      name: 'a ca that is not self-signed',
      chain: leaf().pem,
      ca: issuing.pem,
      want: 'certificate 1 in ca is not a root',
    },
    {
      name: 'an intermediate beside the root',
      ca: root.pem + issuing.pem,
      want: 'certificate 2 in ca is not a root',
    },
    {
      name: 'a self-signed leaf beside the root',
      ca: root.pem + makeAuthority({ extensions: [basicConstraints(false)] }).pem,
      want: 'certificate 2 in ca is not a root',
    },
    {
      name: 'more roots than an issuer can have',
      ca: root.pem + nextRoot.pem.repeat(9),
      want: 'ca: more than 9 PEM blocks',
    },
    { name: 'a missing link', chain: leaf().pem, want: 'no root in ca signed the chain' },
    {
      name: 'an issuer that is no CA',
      chain: leaf({ issuer: notCa }).pem + notCa.pem,
      want: 'certificate 2 of the chain is not a CA',
    },
    {
      name: 'a certificate of absurd length',
      ca:
        root.pem +
        makeAuthority({
          extensions: [
            basicConstraints(true),
            subjectAltName(...Array.from({ length: 150 }, () => generalName.dns('a'.repeat(180)))),
          ],
        }).pem,
      want: 'ca: it has',
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

  it.for([
    { name: 'another root behind it', ca: root.pem + nextRoot.pem },
    { name: 'another root before it', ca: nextRoot.pem + root.pem },
    { name: 'a namesake before it', ca: namesake.pem + root.pem },
  ])('accepts a root with $name, and writes it first', ({ ca }, { expect }) => {
    const others = ca.replace(root.pem, '')
    expect(verify({ ca })).toMatchObject({ ok: true, value: { caPem: root.pem + others } })
  })

  it('accepts a CA in any state, as long as the last health check saw it', ({ expect }) => {
    const seenCas = [sha256(stranger), sha256(issuing)]
    expect(verify({ seenCas })).toMatchObject({ ok: true })
  })

  it('leaves a CA that the last health check did not see to the issuer’s next check', ({
    expect,
  }) => {
    expect(verify({ seenCas: [sha256(stranger)] })).toEqual({
      ok: false,
      error: {
        class: 'issuer',
        code: 'ca_unseen',
        message: `the certificate is signed by a CA with fingerprint ${sha256(issuing)}, the last health check saw ${sha256(stranger)}`,
      },
    })
  })
})
