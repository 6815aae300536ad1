import {
  type Authority,
  authorityExtensions,
  basicConstraints,
  commonName,
  makeAuthority,
  octets,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { allowing, type Case, extensionOf, outcomeOf } from '../support/evaluate-request.ts'

const CA_PROFILE = { isCA: true, requireNameConstraints: false }
const CA_REQUEST: Case = { profile: CA_PROFILE, request: { isCA: true, usages: ['cert sign'] } }

const extensionsWith = (pathLength: number | undefined): readonly Uint8Array[] =>
  Object.values({
    ...authorityExtensions(octets(1)),
    basicConstraints: basicConstraints(true, pathLength),
  })

/** An issuing CA with a path length, under a root that may have one too. */
const withPathLength = (pathLength: number | undefined, ofRoot?: number): Authority => {
  const issuer = makeAuthority({ subject: commonName('Root'), extensions: extensionsWith(ofRoot) })
  return makeAuthority({ issuer, extensions: extensionsWith(pathLength) })
}

/** basicConstraints in hexadecimal, or the refusals. */
const outcome = (given: Case): string => {
  const evaluated = outcomeOf(given)
  if (!('subject' in evaluated)) return evaluated.join('\n')
  const found = extensionOf(evaluated, '2.5.29.19')
  return `${String(found?.critical)} ${String(found?.value)}`
}

const LEAF = 'true 3000'
const CA = 'true 30030101ff'
const CA_0 = 'true 30060101ff020100'
const CA_1 = 'true 30060101ff020101'
const ADVICE = "; ask the CA's operator, or request a certificate that is not a CA's"

describe('basicConstraints', () => {
  it.for<[string, Case, string]>([
    ['of a leaf', {}, LEAF],
    ['of a leaf that says so itself', { csr: { extensions: [basicConstraints(false)] } }, LEAF],
    ['of a CA', CA_REQUEST, CA],
    [
      'of a CA that says so itself',
      { ...CA_REQUEST, csr: { extensions: [basicConstraints(true)] } },
      CA,
    ],
    [
      'with the path length of the profile',
      { ...CA_REQUEST, profile: { ...CA_PROFILE, pathLength: 1 } },
      CA_1,
    ],
    ['with one less than the issuing CA has', { ...CA_REQUEST, ca: withPathLength(1) }, CA_0],
    ['with two less than the root has', { ...CA_REQUEST, ca: withPathLength(undefined, 2) }, CA_0],
    ['with the least of all', { ...CA_REQUEST, ca: withPathLength(5, 3) }, CA_1],
    [
      'with less than is left',
      { ...CA_REQUEST, profile: { ...CA_PROFILE, pathLength: 0 }, ca: withPathLength(5) },
      CA_0,
    ],
    [
      'without a path length where it signs no certificates',
      {
        profile: { ...CA_PROFILE, requireCertSign: false, pathLength: 0 },
        request: { isCA: true, usages: ['digital signature', 'crl sign'] },
        ca: withPathLength(1),
      },
      CA,
    ],
    [
      'with the path length it asks for',
      {
        ...CA_REQUEST,
        profile: { ...CA_PROFILE, pathLength: 1 },
        csr: { extensions: [basicConstraints(true, 1)] },
      },
      CA_1,
    ],
    [
      'with a shorter path than the profile allows, where it asks for one',
      {
        ...CA_REQUEST,
        profile: { ...CA_PROFILE, pathLength: 1 },
        csr: { extensions: [basicConstraints(true, 0)] },
      },
      CA_0,
    ],
    [
      'with a shorter path than the issuing CA leaves, where it asks for one',
      { ...CA_REQUEST, ca: withPathLength(5), csr: { extensions: [basicConstraints(true, 1)] } },
      CA_1,
    ],
    [
      'with the path length it asks for, where nothing limits it',
      { ...CA_REQUEST, csr: { extensions: [basicConstraints(true, 1)] } },
      CA_1,
    ],
    [
      'of a CA that signs no certificates, where the profile issues those',
      {
        profile: { ...CA_PROFILE, requireCertSign: false },
        request: { isCA: true, usages: ['digital signature'] },
      },
      CA,
    ],
  ])('%s', ([, given, expected], { expect }) => {
    expect(outcome(given)).toBe(expected)
  })
})

describe('refused is', () => {
  it.for<[string, Case, string]>([
    [
      'a CA under the shipped profile',
      { ...CA_REQUEST, profile: {} },
      `ca_not_allowed: the profile does not allow CA certificates${ADVICE}`,
    ],
    [
      'a CA for a client that may not',
      { ...CA_REQUEST, client: allowing({ isCA: false }) },
      `ca_not_allowed: this client's allowed.isCA does not allow CA certificates${ADVICE}`,
    ],
    [
      'a CA under path length 0',
      { ...CA_REQUEST, ca: withPathLength(0) },
      `ca_not_allowed: the issuing CA has path length 0, so no CA can follow it${ADVICE}`,
    ],
    [
      'a CA under path length 0 further up',
      { ...CA_REQUEST, ca: withPathLength(undefined, 1) },
      `ca_not_allowed: the issuing CA has path length 0, so no CA can follow it${ADVICE}`,
    ],
    [
      'as long a path as the issuing CA has',
      { ...CA_REQUEST, profile: { ...CA_PROFILE, pathLength: 2 }, ca: withPathLength(2) },
      `ca_not_allowed: the profile sets path length 2, and the issuing CA has 2, so less is left${ADVICE}`,
    ],
    [
      'a certification request for a CA',
      { csr: { extensions: [basicConstraints(true)] } },
      'ca_mismatch: the certification request asks for isCA true, and the certificate would have isCA false; make them the same',
    ],
    [
      'a certification request for none',
      { ...CA_REQUEST, csr: { extensions: [basicConstraints(false)] } },
      'ca_mismatch: the certification request asks for isCA false, and the certificate would have isCA true; make them the same',
    ],
    [
      'a longer path than the profile allows',
      {
        ...CA_REQUEST,
        profile: { ...CA_PROFILE, pathLength: 0 },
        csr: { extensions: [basicConstraints(true, 3)] },
      },
      'ca_mismatch: the certification request asks for isCA true with path length 3, and the certificate would have isCA true with path length 0; make them the same',
    ],
    [
      'a longer path than the issuing CA leaves',
      { ...CA_REQUEST, ca: withPathLength(1), csr: { extensions: [basicConstraints(true, 1)] } },
      'ca_mismatch: the certification request asks for isCA true with path length 1, and the certificate would have isCA true with path length 0; make them the same',
    ],
    [
      'a path length of a CA that signs no certificates',
      {
        profile: { ...CA_PROFILE, requireCertSign: false },
        request: { isCA: true, usages: ['crl sign'] },
        csr: { extensions: [basicConstraints(true, 0)] },
      },
      'ca_mismatch: the certification request asks for isCA true with path length 0, and the certificate would have isCA true; make them the same',
    ],
    [
      'a CA that does not ask for cert sign',
      { ...CA_REQUEST, request: { isCA: true, usages: ['crl sign'] } },
      'ca_not_allowed: the request is for a CA certificate and does not name the usage "cert sign"; add it, or set isCA to false',
    ],
    [
      'a CA for a client whose usages do not include cert sign, even where it need not ask for it',
      {
        profile: { ...CA_PROFILE, requireCertSign: false },
        request: { isCA: true, usages: ['crl sign', 'server auth'] },
        client: allowing({ usages: ['crl sign', 'server auth'] }),
      },
      `ca_not_allowed: this client's allowed.usages do not include "cert sign", which every CA certificate has${ADVICE}`,
    ],
  ])('%s', ([, given, expected], { expect }) => {
    expect(outcome(given)).toBe(expected)
  })

  it('every reason at once', ({ expect }) => {
    const given = {
      ...CA_REQUEST,
      profile: {},
      client: allowing({ isCA: false }),
      ca: withPathLength(0),
    }
    expect(outcome(given).split('\n')).toHaveLength(3)
  })
})
