import {
  basicConstraints,
  extension,
  generalName,
  makeKey,
  octets,
  seq,
  subjectAltName,
  commonName,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  LEAF_EXTENSIONS,
  LIFETIME_MS,
  NOW_MS,
  UNKNOWN_CRITICAL,
  during,
  issuing,
  leaf,
  refusal,
  verify,
  withExtensions,
} from './responses.ts'

describe('the leaf of an answer', () => {
  it.for([
    {
      name: 'another public key',
      chain: leaf({ key: makeKey('P-256') }).pem + issuing.pem,
      want: 'the public key differs',
    },
    {
      name: 'another subject',
      chain: leaf({ subject: commonName('other') }).pem + issuing.pem,
      want: 'the subject differs',
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
      want: 'the subject alternative names differ',
    },
    {
      name: 'no names',
      chain: leaf({ extensions: LEAF_EXTENSIONS.slice(0, -1) }).pem + issuing.pem,
      want: 'the subject alternative names differ',
    },
    {
      name: 'one that is expired',
      chain: during(-3_600_000, 0),
      nowMs: NOW_MS + 1_000,
      want: 'it is expired',
    },
    {
      name: 'one that lives longer',
      chain: during(-1_000, LIFETIME_MS),
      want: 'it is valid for 3601s, 3600s were requested',
    },
    {
      name: 'one that begins later than clocks differ',
      chain: during(61_000, 3_661_000),
      want: 'it is not valid before 2026-01-01T00:01:01Z',
    },
    {
      name: 'an unknown critical extension',
      chain: withExtensions(...LEAF_EXTENSIONS.slice(0, -1), UNKNOWN_CRITICAL),
      want: 'the critical extension 1.2.3.4 was not requested',
    },
  ])(
    'refuses $name, for a time: the worker can be fixed',
    { tags: ['AC-15'] },
    ({ want, ...given }, { expect }) => {
      expect(verify(given)).toMatchObject(refusal(want))
    },
  )

  it.for([
    { name: 'one in its last second', chain: during(-3_600_000, 0), nowMs: NOW_MS + 999 },
    { name: 'one that begins as late as clocks may differ', chain: during(60_000, 3_660_000) },
    { name: 'one that is shorter than requested', chain: during(0, 60_000) },
    {
      name: 'critical names and policies that are not critical',
      chain:
        leaf({
          extensions: [
            ...LEAF_EXTENSIONS.slice(0, -1),
            extension('2.5.29.17', seq(generalName.dns('web.example.com')), { critical: true }),
            extension('1.2.3.4', octets(5, 0)),
          ],
        }).pem + issuing.pem,
    },
  ])('accepts $name', ({ name: _name, ...given }, { expect }) => {
    expect(verify(given)).toMatchObject({ ok: true })
  })
})
