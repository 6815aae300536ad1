import {
  basicConstraints,
  generalName,
  makeAuthority,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { sha256Of } from '../../support/health-answer.ts'
import {
  belowPathless,
  expired,
  issuing,
  leaf,
  namesake,
  nextRoot,
  notCa,
  pathless,
  refusal,
  root,
  stranger,
  strict,
  verify,
} from './responses.ts'

describe('verifyResponse', () => {
  it('gives the chain without its root, and the root', ({ expect }) => {
    const chain = leaf().pem + issuing.pem
    expect(verify({ chain })).toEqual({ ok: true, value: { chainPem: chain, caPem: root.pem } })
  })

  it('accepts a leaf that the root itself signed', ({ expect }) => {
    const chain = leaf({ issuer: root }).pem
    expect(verify({ chain, seen: { cas: [sha256Of(root)] } })).toMatchObject({ ok: true })
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
      want: 'ca: certificate 1 is not a root: it is not self-signed',
    },
    {
      name: 'an intermediate beside the root',
      ca: root.pem + issuing.pem,
      want: 'ca: certificate 2 is not a root: it is not self-signed',
    },
    {
      name: 'a self-signed leaf beside the root',
      ca: root.pem + makeAuthority({ extensions: [basicConstraints(false)] }).pem,
      want: 'ca: certificate 2 is not a root: it is not a CA',
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
      name: 'a chain with an expired CA',
      chain: leaf({ issuer: expired }).pem + expired.pem,
      want: 'certificate 2 of the chain is expired',
    },
    {
      name: 'a chain with an unknown critical extension in a CA',
      chain: leaf({ issuer: strict }).pem + strict.pem,
      want: 'certificate 2 of the chain has the critical extension 1.2.3.4',
    },
    {
      name: 'a chain that is longer than a CA of it allows',
      chain: leaf({ issuer: belowPathless }).pem + belowPathless.pem + pathless.pem,
      want: 'certificate 3 of the chain has path length 0, and 1 CA certificates follow it',
    },
    {
      name: 'a chain with its root',
      chain: leaf().pem + issuing.pem + root.pem,
      want: 'the chain contains its root',
    },
    {
      name: 'a chain of too many certificates',
      chain: leaf().pem + issuing.pem.repeat(10),
      want: 'more than 10 PEM blocks',
    },
  ])(
    'refuses $name, for a time: the worker can be fixed',
    { tags: ['AC-15'] },
    ({ want, ...given }, { expect }) => {
      expect(verify(given)).toMatchObject(refusal(want))
    },
  )

  it.for([
    { name: 'another root behind it', ca: root.pem + nextRoot.pem },
    { name: 'another root before it', ca: nextRoot.pem + root.pem },
    { name: 'a namesake before it', ca: namesake.pem + root.pem },
  ])('accepts a root with $name, and writes it first', ({ ca }, { expect }) => {
    const others = ca.replace(root.pem, '')
    expect(verify({ ca })).toMatchObject({ ok: true, value: { caPem: root.pem + others } })
  })

  it('accepts a CA in any state, as long as the last health check saw it', ({ expect }) => {
    const cas = [sha256Of(stranger), sha256Of(issuing)]
    expect(verify({ seen: { cas } })).toMatchObject({ ok: true })
  })

  it.for([
    {
      name: 'a CA that the last health check did not see',
      given: { seen: { cas: [sha256Of(stranger)] } },
      want: `is signed by a CA with fingerprint ${sha256Of(issuing)}, the last health check saw ${sha256Of(stranger)}`,
    },
    {
      name: 'any CA before the first health check',
      given: { seen: { cas: [], roots: [] } },
      want: `is signed by a CA with fingerprint ${sha256Of(issuing)}, the last health check saw none`,
    },
    {
      name: 'a root that the last health check did not see',
      given: { seen: { roots: [sha256Of(nextRoot)] } },
      want: `comes with a root with fingerprint ${sha256Of(root)}, the last health check saw ${sha256Of(nextRoot)}`,
    },
    {
      name: 'another root beside that of the chain',
      given: { ca: root.pem + nextRoot.pem, seen: { roots: [sha256Of(root)] } },
      want: `comes with a root with fingerprint ${sha256Of(nextRoot)}, the last health check saw ${sha256Of(root)}`,
    },
    {
      name: 'any root after an upgrade from a relay that did not write them',
      given: { seen: { roots: [] } },
      want: `comes with a root with fingerprint ${sha256Of(root)}, the last health check saw none`,
    },
  ])('leaves $name to the issuer’s next check', ({ given, want }, { expect }) => {
    expect(verify(given)).toEqual({
      ok: false,
      error: { class: 'issuer', code: 'ca_unseen', message: `the certificate ${want}` },
    })
  })
})
