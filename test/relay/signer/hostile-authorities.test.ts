import {
  basicConstraints,
  generalName,
  keyUsage,
  nameConstraints,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  CONSTRAINED_CA,
  csr,
  issuing,
  leaf,
  names,
  refusal,
  verify,
  withExtensions,
} from './responses.ts'

describe('a CA certificate in an answer', () => {
  it.for([
    {
      name: 'a CA that was not asked for',
      chain: leaf({ extensions: [basicConstraints(true), names] }).pem + issuing.pem,
      want: 'it is a CA',
    },
    { name: 'no CA where one was asked for', fields: { isCA: true }, want: 'it is not a CA' },
    {
      name: 'a CA without key usage',
      fields: { isCA: true, usages: ['key encipherment'] },
      chain: withExtensions(basicConstraints(true)),
      want: 'the key usage is missing',
    },
    {
      name: 'a CA with a longer path',
      fields: { isCA: true, usages: ['cert sign'], csr: csr(basicConstraints(true, 0)) },
      chain: withExtensions(basicConstraints(true, 1), keyUsage(5)),
      want: 'the path length is 1, 0 was requested',
    },
    {
      name: 'a CA with any path',
      fields: { isCA: true, usages: ['cert sign'], csr: csr(basicConstraints(true, 0)) },
      chain: withExtensions(basicConstraints(true), keyUsage(5)),
      want: 'the path length is not limited, 0 was requested',
    },
    {
      name: 'a CA without the name constraints that were requested',
      fields: CONSTRAINED_CA,
      chain: withExtensions(basicConstraints(true), keyUsage(5)),
      want: 'the name constraints permit more than requested',
    },
    {
      name: 'a CA with wider name constraints',
      fields: CONSTRAINED_CA,
      chain: withExtensions(
        basicConstraints(true),
        keyUsage(5),
        nameConstraints(
          [generalName.dns('a.example'), generalName.dns('evil.example')],
          [generalName.dns('x.a.example')],
        ),
      ),
      want: 'the name constraints permit more than requested',
    },
    {
      name: 'a CA that permits no name of a kind, and with it all',
      fields: CONSTRAINED_CA,
      chain: withExtensions(
        basicConstraints(true),
        keyUsage(5),
        nameConstraints([], [generalName.dns('x.a.example')]),
      ),
      want: 'the name constraints permit more than requested',
    },
    {
      name: 'a CA that excludes less',
      fields: CONSTRAINED_CA,
      chain: withExtensions(
        basicConstraints(true),
        keyUsage(5),
        nameConstraints([generalName.dns('a.example')]),
      ),
      want: 'the name constraints permit more than requested',
    },
  ])('refuses $name, for a time: the worker can be fixed', ({ want, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject(refusal(want))
  })

  it.for([
    {
      name: 'a CA with a shorter path',
      fields: { isCA: true, usages: ['cert sign'], csr: csr(basicConstraints(true, 1)) },
      chain: withExtensions(basicConstraints(true, 0), keyUsage(5)),
    },
    {
      name: 'a CA with a path length where none was requested',
      fields: { isCA: true, usages: ['cert sign'] },
      chain: withExtensions(basicConstraints(true, 0), keyUsage(5)),
    },
    {
      name: 'a CA with narrower name constraints',
      fields: CONSTRAINED_CA,
      chain: withExtensions(
        basicConstraints(true),
        keyUsage(5),
        nameConstraints(
          [generalName.dns('a.example'), generalName.ip(10, 0, 0, 0, 255, 0, 0, 0)],
          [generalName.dns('x.a.example'), generalName.dns('y.a.example')],
        ),
      ),
    },
    {
      name: 'the address of no host among permitted ones',
      fields: {
        isCA: true,
        usages: ['cert sign'],
        csr: csr(nameConstraints([generalName.ip(10, 0, 0, 0, 255, 0, 0, 0)])),
      },
      chain: withExtensions(
        basicConstraints(true),
        keyUsage(5),
        nameConstraints([
          generalName.ip(10, 0, 0, 0, 255, 0, 0, 0),
          generalName.ip(...Array.from({ length: 32 }, () => 255)),
        ]),
      ),
    },
  ])('accepts $name', ({ name: _name, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject({ ok: true })
  })
})
