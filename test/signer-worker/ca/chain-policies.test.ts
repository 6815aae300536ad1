import {
  commonName,
  extension,
  integer,
  makeAuthority,
  octets,
  oid,
  primitive,
  seq,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { loadIssuingCa } from '../../../signer-worker/src/ca/issuing-ca.ts'
import type { IssuingCa } from '../../../signer-worker/src/model/issuing-ca.ts'
import { extensionsWith, faults } from './chains.ts'

const policies = (...ids: readonly string[]): Uint8Array =>
  extension('2.5.29.32', seq(...ids.map((id) => seq(oid(id)))))
const mappings = (...pairs: readonly (readonly [string, string])[]): Uint8Array =>
  extension('2.5.29.33', seq(...pairs.map(([from, to]) => seq(oid(from), oid(to)))))
const explicitPolicy = (skip: number, inhibitMapping?: number): Uint8Array =>
  extension(
    '2.5.29.36',
    seq(
      primitive(0, octets(skip)),
      ...(inhibitMapping === undefined ? [] : [primitive(1, octets(inhibitMapping))]),
    ),
    { critical: true },
  )
const inhibitAny = (skip: number): Uint8Array =>
  extension('2.5.29.54', integer(skip), { critical: true })
const [ANY, A, B] = ['2.5.29.32.0', '1.2.3.1', '1.2.3.2']

function required(chainPem: string): IssuingCa['requiredPolicies'] {
  const loaded = loadIssuingCa(chainPem)
  if (!loaded.ok) throw new Error(loaded.error.join('\n'))
  return loaded.value.requiredPolicies
}

describe('policies', () => {
  type More = readonly Uint8Array[]

  /** A root, an intermediate and an issuing CA, each with its own policy extensions. */
  const chainOf = (root: More, intermediate: More, issuing: More): string => {
    const extensions = (more: More): readonly Uint8Array[] => [...extensionsWith({}), ...more]
    const top = makeAuthority({ subject: commonName('Top'), extensions: extensions(root) })
    const middle = makeAuthority({
      subject: commonName('Middle'),
      issuer: top,
      extensions: extensions(intermediate),
    })
    return makeAuthority({ issuer: middle, extensions: extensions(issuing) }).chainPem
  }
  it.for<[string, More, More, More, readonly string[] | undefined]>([
    ['nothing', [], [], [], undefined],
    ['policies alone', [], [policies(A)], [policies(A)], undefined],
    [
      'an explicit policy of the issuing CA',
      [],
      [policies(A, B)],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
    ['one of the CA above', [], [policies(A, B), explicitPolicy(0)], [policies(B, A)], [B, A]],
    ['one after one more certificate', [], [policies(A)], [policies(A), explicitPolicy(1)], [A]],
    [
      'one after two more certificates',
      [],
      [policies(A)],
      [policies(A), explicitPolicy(2)],
      undefined,
    ],
    ['one of the CA above, later', [], [policies(A), explicitPolicy(2)], [policies(A)], [A]],
    [
      'one of the CA above, too late',
      [],
      [policies(A), explicitPolicy(3)],
      [policies(A)],
      undefined,
    ],
    ['one of the root, which counts for nothing', [explicitPolicy(0)], [], [], undefined],
    [
      'policies of the root, which count for nothing',
      [policies(B)],
      [policies(A)],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
    ['any policy', [], [policies(ANY)], [policies(ANY), explicitPolicy(0)], [ANY]],
    ['any policy above', [], [policies(ANY)], [policies(A), explicitPolicy(0)], [A]],
    ['any policy below', [], [policies(A)], [policies(ANY), explicitPolicy(0)], [A]],
    [
      'an inhibited any policy beside another',
      [],
      [policies(A), inhibitAny(0)],
      [policies(ANY, A), explicitPolicy(0)],
      [A],
    ],
    ['a mapping', [], [policies(A), mappings([A, B])], [policies(B), explicitPolicy(0)], [B]],
    [
      'a mapping of its own',
      [],
      [policies(A)],
      [policies(A), mappings([A, B]), explicitPolicy(0)],
      [B],
    ],
    [
      'a mapping of something else',
      [],
      [policies(A), mappings([B, A])],
      [policies(A), explicitPolicy(0)],
      [A],
    ],
  ])('%s', ([, root, intermediate, issuing, expected], { expect }) => {
    expect(required(chainOf(root, intermediate, issuing))).toEqual(expected)
  })

  const NONE_LEFT =
    'leaves no certificate policy valid below it, where the chain requires an explicit one (requireExplicitPolicy): no verifier accepts a certificate of this chain'

  it.for<[string, More, More, string]>([
    ['without any policy', [], [explicitPolicy(0)], `certificate 1 (CN=Test CA) ${NONE_LEFT}`],
    ['without any, later', [], [explicitPolicy(1)], `certificate 1 (CN=Test CA) ${NONE_LEFT}`],
    [
      'without any above',
      [explicitPolicy(0)],
      [policies(A)],
      `certificate 2 (CN=Middle) ${NONE_LEFT}`,
    ],
    [
      'with different ones',
      [policies(A)],
      [policies(B), explicitPolicy(0)],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with any policy, which is inhibited',
      [policies(A), inhibitAny(0)],
      [policies(ANY), explicitPolicy(0)],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with a mapping, which is inhibited',
      [policies(A), explicitPolicy(0, 0)],
      [policies(A), mappings([A, B])],
      `certificate 1 (CN=Test CA) ${NONE_LEFT}`,
    ],
    [
      'with policies that are malformed',
      [],
      [extension('2.5.29.32', seq(oid('1.2.3')))],
      'certificate 1 (CN=Test CA) has a policy extension that cannot be read: certificatePolicies[0] is OBJECT IDENTIFIER; expected SEQUENCE (at octet 2)',
    ],
    [
      'with a constraint that is malformed',
      [],
      [extension('2.5.29.36', seq(primitive(0, octets(0x80))))],
      'certificate 1 (CN=Test CA) has a policy extension that cannot be read: policyConstraints.requireExplicitPolicy is a negative INTEGER (at octet 2)',
    ],
  ])('%s is an error', ([, intermediate, issuing, expected], { expect }) => {
    expect(faults(chainOf([], intermediate, issuing))).toEqual([expected])
  })
})
