import { describe, it } from 'vitest'
import {
  type Authority,
  authorityExtensions,
  basicConstraints,
  commonName,
  extension,
  makeAuthority,
  NULL,
  octets,
} from '../../support/x509.ts'
import { allowing, type Case, extensionOf, judge } from './judge.ts'

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
  const judged = judge(given)
  if (!('subject' in judged)) return judged.join('\n')
  const found = extensionOf(judged, '2.5.29.19')
  return `${String(found?.critical)} ${String(found?.value)}`
}

const LEAF = 'true 3000'
const CA = 'true 30030101ff'
const CA_0 = 'true 30060101ff020100'
const CA_1 = 'true 30060101ff020101'
const ADVICE = "; ask the CA's operator, or for a certificate that is no CA's"

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
        profile: { ...CA_PROFILE, pathLength: 0 },
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
      'another path length',
      { ...CA_REQUEST, csr: { extensions: [basicConstraints(true, 3)] } },
      'ca_mismatch: the certification request asks for isCA true with path length 3, and the certificate would have isCA true; make them the same',
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

describe('other extensions', () => {
  it.for<[string, Case, string]>([
    [
      'are refused, all of them',
      { csr: { extensions: [extension('1.2.3', NULL), extension('2.5.29.32', NULL)] } },
      'extension_not_allowed: the certification request asks for extensions that are not certified: "1.2.3", "certificatePolicies (2.5.29.32)"; leave them out',
    ],
    [
      'are refused although not critical',
      { csr: { extensions: [extension('1.2.3', NULL, { critical: false })] } },
      'extension_not_allowed: the certification request asks for extensions that are not certified: "1.2.3"; leave them out',
    ],
    [
      'are left out if the profile says so',
      {
        profile: { ignoredExtensions: ['1.2.3'] },
        csr: { extensions: [extension('1.2.3', NULL)] },
      },
      LEAF,
    ],
  ])('%s', ([, given, expected], { expect }) => {
    expect(outcome(given)).toBe(expected)
  })

  it('a key identifier of its own is refused, or left out', ({ expect }) => {
    const csr = { extensions: [extension('2.5.29.14', octets(4, 1, 7))] }
    expect(outcome({ csr })).toContain('"subjectKeyIdentifier (2.5.29.14)"')
    const judged = judge({ csr, profile: { ignoredExtensions: ['2.5.29.14'] } })
    expect('subject' in judged && extensionOf(judged, '2.5.29.14')?.value).toHaveLength(44)
  })
})
