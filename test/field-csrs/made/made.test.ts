import { publicKeyOf, readRequested } from '@edge-issuer/testbed/field-csrs/requested'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { commonName, makeAuthority, makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
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

interface Row extends MadeCsr {
  /** Why the tool is not there. */
  readonly missing?: string
}

/** The requests of a tool, or one row that says why there are none. */
function rowsOf<T>(
  found: Found<T>,
  tool: string,
  make: (value: T) => readonly MadeCsr[],
): readonly Row[] {
  if (found.isFound) return make(found.value)
  const { reason: missing } = found
  const unmade = async (): Promise<never> => Promise.reject(new Error(missing))
  return [{ name: tool, make: unmade, expected: { subject: '' }, missing }]
}

const rows: readonly Row[] = [
  ...OPENSSL,
  ...JAVASCRIPT,
  ...CERTREQ,
  ...rowsOf(tools.keytool, 'keytool', () => KEYTOOL),
  ...rowsOf(tools.certtool, 'certtool', certtoolCsrs),
  ...rowsOf(tools.certutil, 'certutil', certutilCsrs),
  ...rowsOf(tools.goProgram, 'Go', goCsrs),
  ...rowsOf(tools.python, 'Python cryptography', pythonCsrs),
  ...rowsOf(tools.mbedtls, 'mbedTLS 2.28', mbedtlsCsrs),
]

describe('is signed', () => {
  it.for(rows)('$name', async ({ make, expected, missing }, { expect, skip }) => {
    if (missing !== undefined && !isRequired) skip(missing)
    expect(await certified(await make())).toEqual({ ...expected, isForKey: true })
  })
})

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
