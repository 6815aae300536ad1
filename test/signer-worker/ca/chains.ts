import {
  aKey,
  type Authority,
  authorityExtensions,
  commonName,
  makeAuthority,
  makeKey,
  name,
  octets,
} from '@edge-issuer/testbed/pki/x509'
/** Chains of CAs for a test to change one thing of. */
import { loadIssuingCa } from '../../../signer-worker/src/ca/issuing-ca.ts'

/** A root with a key of its own kind. */
export const ROOT = makeAuthority({ subject: commonName('Root'), key: aKey('P-384') })
/** Of the same name, with another key. */
export const OTHER_ROOT = makeAuthority({ subject: commonName('Root'), key: makeKey('P-384') })
/** Below the first one. */
export const ISSUING = makeAuthority({
  subject: name(['O', 'Me'], ['CN', 'Issuing']),
  issuer: ROOT,
})

/** Every error of a chain. */
export const faults = (chainPem: string): readonly string[] => {
  const loaded = loadIssuingCa(chainPem)
  return loaded.ok ? [] : loaded.error
}

/** Extensions of a CA with some of them changed, or left out by `undefined`. */
export const extensionsWith = (
  changed: Readonly<Record<string, Uint8Array | undefined>>,
): readonly Uint8Array[] =>
  Object.values({ ...authorityExtensions(octets(1, 2)), ...changed }).filter(
    (value) => value !== undefined,
  )

/** A CA below the root, with extensions of the caller's. */
export const issuingWith = (changed: Readonly<Record<string, Uint8Array | undefined>>): Authority =>
  makeAuthority({ issuer: ROOT, extensions: extensionsWith(changed) })
