/**
 * An OCSP response by the holder of a certificate, about other certificates of its issuing CA.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import type { Presented, Refused } from '../verifiers/verifier.ts'
import { runOpenssl } from './run-openssl.ts'

/** Of a certificate that the issuing CA may have revoked, in openssl's index of the responder: valid. */
const VICTIM = '1234567890'
const INDEX = `V\t400101000000Z\t\t${VICTIM}\tunknown\t/CN=victim\n`

/** Makes a response that says "good", and asks `openssl ocsp` whether it comes from the CA. */
export async function showOcspResponse({
  certificate,
  intermediates,
  root,
  key,
}: Presented): Promise<Refused> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-ocsp-'))
  try {
    const issuer = intermediates[0] ?? root
    const files = {
      'root.pem': toPem('CERTIFICATE', root),
      'issuer.pem': toPem('CERTIFICATE', issuer),
      'trusted.pem': [root, ...intermediates].map((der) => toPem('CERTIFICATE', der)).join(''),
      'responder.pem': toPem('CERTIFICATE', certificate),
      'responder.key': key.privateKeyPem,
      index: INDEX,
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const about = ['-issuer', 'issuer.pem', '-serial', `0x${VICTIM}`]
    await runOpenssl(['ocsp', ...about, '-no_nonce', '-reqout', 'request'], folder)
    await runOpenssl(
      [
        ...'ocsp -index index -CA issuer.pem -reqin request -respout response'.split(' '),
        ...'-rsigner responder.pem -rkey responder.key'.split(' '),
      ],
      folder,
    )
    const { isOk, output } = await runOpenssl(
      ['ocsp', ...about, '-respin', 'response', '-CAfile', 'trusted.pem'],
      folder,
    )
    return isOk && output.includes('Response verify OK') && output.includes(': good')
      ? undefined
      : output.trim()
  } finally {
    await rm(folder, { recursive: true })
  }
}
