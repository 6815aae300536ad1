import { basicConstraints, extKeyUsage, keyUsage } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  ANY_USAGE,
  CLIENT_AUTH,
  CODE_SIGNING,
  OCSP_SIGNING,
  SELF_SIGNED,
  SERVER_AUTH,
  TIMESTAMPING,
  refusal,
  verify,
  withExtensions,
} from './responses.ts'

describe('usages of an answer', () => {
  it.for([
    {
      name: 'an extended key usage more',
      chain: withExtensions(
        basicConstraints(false),
        keyUsage(0),
        extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
      ),
      want: 'the extended key usage "client auth" was not requested',
    },
    {
      name: 'another extended key usage',
      chain: withExtensions(basicConstraints(false), keyUsage(0), extKeyUsage(CODE_SIGNING)),
      want: 'the extended key usage "code signing" was not requested',
    },
    {
      name: 'an extended key usage that has no name',
      chain: withExtensions(
        basicConstraints(false),
        keyUsage(0),
        extKeyUsage(SERVER_AUTH, '1.3.6.1.4.1.311.20.2.2'),
      ),
      want: 'the extended key usage "1.3.6.1.4.1.311.20.2.2" was not requested',
    },
    {
      name: 'anyExtendedKeyUsage',
      chain: withExtensions(basicConstraints(false), keyUsage(0), extKeyUsage(ANY_USAGE)),
      want: 'the extended key usage "any" was not requested',
    },
    {
      name: 'no extended key usage where one was requested',
      chain: withExtensions(basicConstraints(false), keyUsage(0)),
      want: 'the extended key usage is missing, which permits more than requested',
    },
    ...[ANY_USAGE, CODE_SIGNING, TIMESTAMPING, OCSP_SIGNING].map((oid) => ({
      name: `extended key usage ${oid} where none was requested`,
      fields: { usages: ['digital signature'] },
      chain: withExtensions(basicConstraints(false), keyUsage(0), extKeyUsage(oid)),
      want: 'was not requested',
    })),
    {
      name: 'a key usage more',
      chain: withExtensions(basicConstraints(false), keyUsage(0, 4), extKeyUsage(SERVER_AUTH)),
      want: 'the key usage "key agreement" was not requested',
    },
    {
      name: 'a key usage of a CA',
      chain: withExtensions(basicConstraints(false), keyUsage(0, 5), extKeyUsage(SERVER_AUTH)),
      want: 'the key usage "cert sign" was not requested',
    },
    {
      name: 'a key usage of a CA where the key can have none of those requested',
      fields: { usages: ['key encipherment', 'server auth'] },
      chain: withExtensions(basicConstraints(false), keyUsage(6), extKeyUsage(SERVER_AUTH)),
      want: 'the key usage "crl sign" was not requested',
    },
    {
      name: 'no key usage where one was requested',
      chain: withExtensions(basicConstraints(false), extKeyUsage(SERVER_AUTH)),
      want: 'the key usage is missing, which permits more than requested',
    },
    {
      name: 'a certificate that signed itself, as its own root',
      fields: { isCA: true, usages: ['cert sign'] },
      chain: SELF_SIGNED,
      ca: SELF_SIGNED,
      want: 'the chain contains its root',
    },
  ])('refuses $name, for a time: the worker can be fixed', ({ want, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject(refusal(want))
  })

  it.for([
    {
      name: 'fewer usages than requested',
      fields: { usages: ['digital signature', 'server auth', 'client auth'] },
    },
    {
      name: 'an extended key usage where none was requested',
      fields: { usages: ['digital signature'] },
    },
    {
      name: 'no extended key usage where none was requested',
      fields: { usages: ['signing'] },
      chain: withExtensions(basicConstraints(false), keyUsage(0)),
    },
    {
      name: 'a key usage where the key can have none of those requested',
      fields: { usages: ['key encipherment', 'server auth'] },
    },
    {
      name: 'no key usage where the key can have none of those requested',
      fields: { usages: ['key encipherment', 'server auth'] },
      chain: withExtensions(basicConstraints(false), extKeyUsage(SERVER_AUTH)),
    },
    {
      name: 'any usage that was named',
      fields: { usages: ['signing', 'any'] },
      chain: withExtensions(basicConstraints(false), keyUsage(0), extKeyUsage(ANY_USAGE)),
    },
  ])('accepts $name', ({ name: _name, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject({ ok: true })
  })
})
