/**
 * A CRL by the holder of a certificate that is named as its issuing CA: a list of the CA's, to verifiers
 * that look for the issuer of a list by name.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  aKey,
  algorithmOf,
  bitString,
  commonName,
  constructed,
  extension,
  integer,
  keyIdOf,
  makeAuthority,
  primitive,
  seq,
  signWith,
  time,
  toPem,
  basicConstraints,
} from '@edge-issuer/testbed/pki/x509'
import type { Presented, Refused } from '../verifiers/verifier.ts'
import { AUTHORITIES } from './authorities.ts'
import { runOpenssl } from './run-openssl.ts'

const HOUR_MS = 3_600_000

/** Makes an empty list, which revokes nothing, and verifies another certificate of the CA by it. */
export async function showCrl(presented: Presented): Promise<Refused> {
  const { certificate, intermediates, root, key } = presented
  const authority = Object.values(AUTHORITIES).find(({ der }) =>
    Buffer.from(der).equals(intermediates[0] ?? new Uint8Array()),
  )
  if (authority === undefined) throw new Error('no such CA')
  const victim = makeAuthority({
    key: aKey('P-521'),
    subject: commonName('Revoked'),
    issuer: authority,
    extensions: [
      basicConstraints(false),
      extension('2.5.29.35', seq(primitive(0, authority.subjectKeyId))),
    ],
  })
  const signed = seq(
    integer(1),
    algorithmOf(key),
    authority.subject,
    time(new Date(Date.now() - HOUR_MS)),
    time(new Date(Date.now() + HOUR_MS)),
    constructed(
      0,
      seq(
        extension('2.5.29.35', seq(primitive(0, keyIdOf(key)))),
        extension('2.5.29.20', integer(1)),
      ),
    ),
  )
  const crl = seq(signed, algorithmOf(key), bitString(signWith(key, signed)))
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-crl-'))
  try {
    const files = {
      'root.pem': toPem('CERTIFICATE', root),
      'untrusted.pem': [certificate, ...intermediates]
        .map((der) => toPem('CERTIFICATE', der))
        .join(''),
      'victim.pem': victim.pem,
      'forged.pem': toPem('X509 CRL', crl),
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const { isOk, output } = await runOpenssl(
      [
        ...'verify -crl_check -extended_crl -CAfile root.pem'.split(' '),
        ...'-untrusted untrusted.pem -CRLfile forged.pem victim.pem'.split(' '),
      ],
      folder,
    )
    return isOk ? undefined : output.trim()
  } finally {
    await rm(folder, { recursive: true })
  }
}
