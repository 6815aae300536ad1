/**
 * Certification requests that the tools of the field make here and now: the worker signs each, and openssl
 * verifies the certificate and finds the names in it that the tool was asked for.
 *
 * A tool that is not there and cannot be fetched skips its tests; with `EDGE_ISSUER_REQUIRE_CSR_TOOLS` set that
 * is a failure.
 */
import { describe, inject, it } from 'vitest'
import { unwrapCsr } from '../../../cli/src/worker/unwrap-csr.ts'
import { issueCsr, opensslVerify } from '../../oracle/issued.ts'
import { openssl } from '../../support/openssl.ts'
import { commonName, makeAuthority, makeKey, toPem } from '../../support/x509.ts'
import { publicKeyOf, readRequested } from '../requested.ts'
import { CERTREQ } from './certreq.ts'
import { certtoolCsrs } from './certtool.ts'
import { certutilCsrs } from './certutil.ts'
import { JAVASCRIPT } from './javascript.ts'
import { KEYTOOL } from './keytool.ts'
import type { MadeCsr } from './made-csr.ts'
import { OPENSSL } from './openssl.ts'
import { goCsrs, mbedtlsCsrs, pythonCsrs } from './programs.ts'
import type { Found } from './tools/tools.ts'

const root = makeAuthority({ subject: commonName('Root') })
const ca = makeAuthority({ key: makeKey('P-256'), subject: commonName('Issuing'), issuer: root })

const tools = inject('csrTools')
const isRequired = (process.env['EDGE_ISSUER_REQUIRE_CSR_TOOLS'] ?? '') !== ''

describe('is signed:', () => {
  signed({ isFound: true, value: [...OPENSSL, ...JAVASCRIPT, ...CERTREQ] }, 'openssl')
  signed(
    mapFound(tools.keytool, () => KEYTOOL),
    'keytool',
  )
  signed(mapFound(tools.certtool, certtoolCsrs), 'certtool')
  signed(mapFound(tools.certutil, certutilCsrs), 'certutil')
  signed(mapFound(tools.goProgram, goCsrs), 'Go')
  signed(mapFound(tools.python, pythonCsrs), 'Python cryptography')
  signed(mapFound(tools.mbedtls, mbedtlsCsrs), 'mbedTLS 2.28')
})

/** One test for each request; one that is skipped, or fails, where the tool is missing. */
function signed(made: Found<readonly MadeCsr[]>, tool: string): void {
  if (made.isFound) {
    it.for(made.value)('$name', async (csr, { expect }) => {
      expect(await certified(await csr.make())).toEqual({
        subject: csr.subject,
        names: csr.names,
        isForKey: true,
      })
    })
    return
  }
  it(tool, ({ expect, skip }) => {
    if (!isRequired) skip(made.reason)
    expect(made.reason).toBe('')
  })
}

function mapFound<T>(
  found: Found<T>,
  make: (value: T) => readonly MadeCsr[],
): Found<readonly MadeCsr[]> {
  return found.isFound ? { isFound: true, value: make(found.value) } : found
}

/** What openssl finds in the certificate that the worker makes of a file. @throws Error with the refusals */
async function certified(file: Uint8Array): Promise<unknown> {
  const der = unwrapCsr(file)
  if (!der.ok) throw new Error(`the file ${der.error}`)
  // A file in DER has no block; what it asks for is the same.
  const pem = Buffer.from(toPem('CERTIFICATE REQUEST', der.value))
  const result = issueCsr(ca, der.value, { usages: readRequested(pem).usages })
  if (!result.ok) throw new Error(result.error.map(({ detail }) => detail).join('; '))
  const files = { 'a.pem': result.value.pem }
  await opensslVerify(result.value.pem, { root, ca })
  const x509 = ['x509', '-in', 'a.pem', '-noout', '-nameopt', 'RFC2253,-esc_msb,utf8']
  const subject = await openssl([...x509, '-subject'], files)
  const san = await openssl([...x509, '-ext', 'subjectAltName'], files)
  const key = await openssl(['x509', '-in', 'a.pem', '-noout', '-pubkey'], files)
  return {
    subject: subject.trimEnd().replace(/^subject=/, ''),
    names: /Alternative Name:.*\n\s*(.*\S)/.exec(san)?.[1],
    isForKey: key === toPem('PUBLIC KEY', publicKeyOf(der.value) ?? new Uint8Array()),
  }
}
