import {
  type Authority,
  authorityExtensions,
  commonName,
  makeAuthority,
  nameConstraints,
  octets,
} from '@edge-issuer/testbed/pki/x509'

/** @returns A CA with these name constraints (RFC 5280 §4.2.1.10), a root without `issuer`. */
export const limited = (
  permitted: readonly Uint8Array[],
  excluded: readonly Uint8Array[] = [],
  issuer?: Authority,
): Authority =>
  makeAuthority({
    ...(issuer === undefined ? {} : { issuer, subject: commonName('Issuing') }),
    extensions: [
      ...Object.values(authorityExtensions(octets(1, 2, 3))),
      nameConstraints(permitted, excluded),
    ],
  })
