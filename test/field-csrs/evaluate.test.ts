import { CORPUS_DIRECTORY, type FieldCsr, readCorpus } from '@edge-issuer/testbed/field-csrs/corpus'
import { readRequested } from '@edge-issuer/testbed/field-csrs/requested'
import { commonName, makeAuthority, makeKey } from '@edge-issuer/testbed/pki/x509'
/**
 * The corpus through the worker's own code in this process: seconds, where `bench -- field-csrs` takes
 * minutes. cert-manager's webhook is not here, so that what it refuses may be signed.
 */
import { describe, it } from 'vitest'
import { unwrapCsr } from '../../cli/src/worker/unwrap-csr.ts'
import { decodePemRequest, REFUSALS } from '../../shared/src/index.ts'
import { issueCsr, opensslVerify } from '../oracle/issued.ts'

const root = makeAuthority({ subject: commonName('Root') })
const ca = makeAuthority({ key: makeKey('P-256'), subject: commonName('Issuing'), issuer: root })

const corpus = await readCorpus(CORPUS_DIRECTORY)
if (!corpus.ok) throw new Error(corpus.error)
const expected = (what: FieldCsr['expect']): readonly FieldCsr[] =>
  corpus.value.filter(({ expect }) => expect === what)

/** What a profile must open for a request that its defaults refuse: Kerberos principals, the TLS feature. */
const PROFILE_OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  't-certtool-ext': {
    otherNames: ['1.3.6.1.5.2.2'],
    ignoredExtensions: ['1.3.6.1.5.5.7.1.24'],
  },
}

/** By the default profile; `isCA` is for the profile to refuse, and not asked here. */
function evaluateFile({ name, content }: FieldCsr): ReturnType<typeof issueCsr> {
  const der = unwrapCsr(content)
  if (!der.ok) throw new Error(der.error)
  return issueCsr(ca, der.value, {
    usages: readRequested(content).usages,
    profile: PROFILE_OPTIONS[name] ?? {},
  })
}

describe('signs', () => {
  it.for(expected('sign'))('$name', async (csr, { expect }) => {
    const result = evaluateFile(csr)
    expect(result.ok ? [] : result.error).toEqual([])
    if (!result.ok) return
    await expect(opensslVerify(result.value.pem, { root, ca })).resolves.toContain('OK')
  })
})

describe('refuses', () => {
  it.for(expected('refuse'))('$name', (csr, { expect }) => {
    const result = evaluateFile(csr)
    expect(result.ok).toBe(false)
    if (result.ok) return
    // Nothing for the operator, nothing that another try would change.
    expect(result.error.filter(({ code }) => REFUSALS[code].class !== 'permanent')).toEqual([])
  })
})

it('is the same request by the relay and by the command', ({ expect }) => {
  for (const { content } of corpus.value) {
    const byRelay = decodePemRequest(content)
    const byCommand = unwrapCsr(content)
    if (byRelay.ok) expect(byCommand).toEqual(byRelay)
    else expect(byCommand.ok).toBe(false)
  }
})
