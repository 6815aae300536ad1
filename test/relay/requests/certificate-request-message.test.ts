import { encodePem } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aRequest } from '../../support/kube-objects.ts'

const pem = (text: string): { readonly request: string } => ({ request: btoa(text) })
const BEGIN = '-----BEGIN CERTIFICATE REQUEST-----'
const END = '-----END CERTIFICATE REQUEST-----'
const PEM = `${BEGIN}\nMAA=\n${END}\n`

describe('CertificateRequestAdapter.toSignRequest', () => {
  it('says the whole request as a message of the protocol', ({ expect }) => {
    expect(
      CERTIFICATE_REQUESTS.toSignRequest(aRequest({ spec: { duration: '896h0m0.9s' } }), 'web'),
    ).toEqual({
      ok: true,
      value: {
        csr: 'MAA=',
        durationSeconds: 3_225_600,
        isCA: false,
        usages: ['digital signature', 'server auth'],
        profile: 'web',
        origin: {
          kind: 'CertificateRequest',
          namespace: 'default',
          name: 'web-1',
          uid: 'b7f1c9a0-0000-4000-8000-000000000001',
          username: 'system:serviceaccount:cert-manager:cert-manager',
          groups: ['system:authenticated'],
          createdAt: '2026-01-01T00:00:00Z',
        },
      },
    })
  })

  it.for([
    { name: 'no duration is 90 days', spec: {}, want: { durationSeconds: 7_776_000 } },
    {
      name: 'no usages are the defaults of cert-manager',
      spec: { usages: [] },
      want: { usages: ['digital signature', 'key encipherment'] },
    },
    {
      name: 'a CA also signs certificates',
      spec: { isCA: true, usages: ['crl sign'] },
      want: { isCA: true, usages: ['crl sign', 'cert sign'] },
    },
    {
      name: 'cert sign is not said twice',
      spec: { isCA: true, usages: ['cert sign'] },
      want: { usages: ['cert sign'] },
    },
    {
      name: 'an unknown usage is checked by the worker',
      spec: { usages: ['telepathy'] },
      want: { usages: ['telepathy'] },
    },
  ])('$name', ({ spec, want }, { expect }) => {
    expect(CERTIFICATE_REQUESTS.toSignRequest(aRequest({ spec }), undefined)).toMatchObject({
      ok: true,
      value: want,
    })
  })

  it.for([
    { name: 'PEM', text: PEM },
    { name: 'the old label', text: PEM.replaceAll('CERTIFICATE', 'NEW CERTIFICATE') },
    { name: 'CRLF', text: PEM.replaceAll('\n', '\r\n') },
    { name: 'text before and after', text: `\uFEFFSubject: a\n${PEM}hello` },
    { name: 'headers', text: PEM.replace('\n', '\nComment: a\n\n') },
    { name: 'a second request, which is ignored', text: `${PEM}${PEM.replace('MAA', 'MAB')}` },
    { name: 'as much as cert-manager decodes', text: PEM + ' '.repeat(36_500 - PEM.length) },
  ])('takes the request out of $name', ({ text }, { expect }) => {
    const request = btoa(Buffer.from(text).toString('latin1'))
    expect(
      CERTIFICATE_REQUESTS.toSignRequest(aRequest({ spec: { request } }), undefined),
    ).toMatchObject({
      ok: true,
      value: { csr: 'MAA=' },
    })
  })

  it.for([
    { name: 'not base64', spec: { request: '%' }, want: 'spec.request is not base64' },
    { name: 'not PEM', spec: pem('hello'), want: 'spec.request has no complete PEM block' },
    {
      name: 'another kind of PEM',
      spec: pem(encodePem('CERTIFICATE', Uint8Array.of(0x30, 0)) + PEM),
      want: 'spec.request has "CERTIFICATE" as its first PEM block',
    },
    { name: 'PEM without an end', spec: pem(`${BEGIN}\nMAA=\n`), want: 'no complete PEM block' },
    { name: 'an empty block', spec: pem(`${BEGIN}\n${END}\n`), want: 'an empty PEM block' },
    {
      name: 'more than cert-manager decodes',
      spec: pem(PEM + ' '.repeat(36_501 - PEM.length)),
      want: 'spec.request exceeds the maximum of 36500 bytes (36501)',
    },
    { name: 'a duration that is none', spec: { duration: '90d' }, want: 'spec.duration is "90d"' },
    { name: 'less than a second', spec: { duration: '999ms' }, want: 'at least 1s' },
    { name: 'a usage of absurd length', spec: { usages: ['x'.repeat(65)] }, want: 'usages' },
  ])('refuses $name', ({ spec, want }, { expect }) => {
    const request = CERTIFICATE_REQUESTS.toSignRequest(aRequest({ spec }), undefined)
    expect(!request.ok && request.error).toContain(want)
  })
})
