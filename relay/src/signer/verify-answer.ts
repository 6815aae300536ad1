/**
 * Looks at what came back before anything is written: a certificate that cert-manager would refuse,
 * or that somebody else could use, must never reach an object.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import {
  decodeBase64,
  decodePem,
  encodePem,
  err,
  ok,
  type Result,
  type SignAnswer,
  type SignRequest,
} from '@edge-issuer/shared'
import {
  type Certificate,
  type CertificationRequest,
  equalOctets,
  EXTENSION_OID,
  type Extensions,
  parseCertificate,
  parseCertificationRequest,
} from '@edge-issuer/shared/x509'
import type { SignerFault } from '../api/signer-fault.ts'

/** What is written into the request: PEM, without a root in the chain. */
export interface IssuedChain {
  readonly chainPem: string
  readonly caPem: string
}

/** What the answer is held against. */
export interface Expectation {
  readonly request: SignRequest
  /** Fingerprint of the issuing CA that the last health check saw, if one did. */
  readonly issuingCaSha256: string | undefined
  readonly nowMs: number
}

/** cert-manager's limits (internal/pem/decode.go), in characters. */
const MAX_CHAIN_CHARACTERS = 95_000
const MAX_CERTIFICATE_CHARACTERS = 36_500
const MAX_CHAIN_CERTIFICATES = 10

/** One certificate, by our reader for its parts and by Node for its signature. */
interface Link {
  readonly pem: string
  readonly parts: Certificate
  readonly x509: X509Certificate
}

/**
 * Accepts an answer only if it is one chain, each link signed by the next and the last by the root;
 * if the leaf has the key, the subject and the names of the request, byte for byte, and is a CA
 * exactly when that was asked; if it is valid now; and if its issuer is the CA that the health check saw.
 *
 * @returns What is to be written, or the fault. An unexpected CA is the issuer's affair (it may have
 *   been rotated, the next check will see); anything else is temporary, since the worker is at fault
 *   and can be mended.
 */
export function verifyAnswer(
  answer: SignAnswer,
  expected: Expectation,
): Result<IssuedChain, SignerFault> {
  const chain = readChain(answer.chain)
  if (!chain.ok) return refused(`chain: ${chain.error}`)
  const root = readChain(answer.ca)
  if (!root.ok) return refused(`ca: ${root.error}`)
  const links = [...chain.value, ...root.value]
  const [leaf, issuing] = links
  if (leaf === undefined || issuing === undefined) return refused('the chain is empty')
  const fault = faultOfChain(links, root.value.length) ?? faultOfLeaf(leaf.parts, expected)
  if (fault !== undefined) return refused(fault)
  const { issuingCaSha256 } = expected
  const foundSha256 = issuing.x509.fingerprint256.replaceAll(':', '').toLowerCase()
  if (issuingCaSha256 !== undefined && issuingCaSha256 !== foundSha256) {
    return err({
      class: 'issuer',
      code: 'answer_refused',
      message: `the certificate is signed by a CA with fingerprint ${foundSha256}, the last health check saw ${issuingCaSha256}`,
    })
  }
  return ok({ chainPem: joinPem(chain.value), caPem: joinPem(root.value) })
}

const refused = (found: string): Result<never, SignerFault> =>
  err({
    class: 'temporary',
    code: 'answer_refused',
    message: `the worker sent a certificate that was not asked for: ${found}`,
  })

function readChain(pem: string): Result<readonly Link[], string> {
  const blocks = decodePem(pem, {
    label: 'CERTIFICATE',
    maxBlocks: MAX_CHAIN_CERTIFICATES,
    maxCharacters: MAX_CHAIN_CHARACTERS,
  })
  if (!blocks.ok) return blocks
  const links: Link[] = []
  for (const der of blocks.value) {
    const parts = parseCertificate(der)
    if (!parts.ok) return err(parts.error.message)
    const x509 = readX509(der)
    if (x509 === undefined) return err('a certificate cannot be read')
    links.push({ pem: encodePem('CERTIFICATE', der), parts: parts.value, x509 })
  }
  return ok(links)
}

function readX509(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function faultOfChain(links: readonly Link[], roots: number): string | undefined {
  if (roots !== 1) return `ca holds ${String(roots)} certificates, not one root`
  if (links.some(({ pem }) => pem.length > MAX_CERTIFICATE_CHARACTERS)) {
    return `a certificate is longer than ${String(MAX_CERTIFICATE_CHARACTERS)} characters of PEM`
  }
  for (const [index, { x509 }] of links.entries()) {
    // The root signs itself.
    const signer = links[Math.min(index + 1, links.length - 1)]?.x509
    if (signer === undefined || !x509.checkIssued(signer) || !x509.verify(signer.publicKey)) {
      return `certificate ${String(index + 1)} of the chain is not signed by the next`
    }
    if (index > 0 && !x509.ca) return `certificate ${String(index + 1)} of the chain is not a CA`
  }
  return undefined
}

function faultOfLeaf(leaf: Certificate, { request, nowMs }: Expectation): string | undefined {
  const csr = readCsr(request)
  if (csr === undefined) return 'the certification request that was sent is not well-formed'
  if (!isEqual(leaf.publicKey.raw, csr.publicKey.raw)) return 'its public key is another'
  if (!isEqual(leaf.subject.raw, csr.subject.raw)) return 'its subject is another'
  if (!isEqual(subjectAltName(leaf.extensions), subjectAltName(csr.extensions))) {
    return 'its subject alternative names are others'
  }
  const isCA = leaf.extensions.values.basicConstraints?.isCA ?? false
  if (isCA !== request.isCA) return isCA ? 'it is a CA' : 'it is not a CA'
  return leaf.notAfterMs <= nowMs ? 'it is expired' : undefined
}

function readCsr(request: SignRequest): CertificationRequest | undefined {
  const der = decodeBase64(request.csr)
  const csr = der === undefined ? undefined : parseCertificationRequest(der)
  return csr?.ok === true ? csr.value : undefined
}

const subjectAltName = ({ list }: Extensions): Uint8Array | undefined =>
  list.find(({ oid }) => oid === EXTENSION_OID.subjectAltName)?.value

function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalOctets(a, b)
}

const joinPem = (links: readonly Link[]): string => links.map(({ pem }) => pem).join('')
