/**
 * Verifies that a certificate matches its request, that the record describes it correctly, and that it chains to the
 * root.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto'
import {
  type CertificateCache,
  leafDifferences,
  type ParsedCertificate,
} from '@edge-issuer/relay/signer'
import {
  asApproved,
  decodeBase64,
  err,
  ok,
  type Result,
  type SignRequest,
} from '@edge-issuer/shared'
import {
  type Certificate,
  type CertificationRequest,
  generalNameToText,
  nameToText,
  parseCertificationRequest,
  toHex,
} from '@edge-issuer/shared/x509'
import { isCsrSignedBy } from '@edge-issuer/signer-worker/csr-signature'
import type { ExportedRecord } from './exported-record.ts'

/** cert-manager's limit for a chain (internal/pem/decode.go), in characters. */
const CHAIN_LIMITS = { label: 'CERTIFICATE', maxBlocks: 10, maxCharacters: 98_304 } as const
const ROOT_LIMITS = { ...CHAIN_LIMITS, maxBlocks: 1 } as const

/** What a certificate is checked against. */
export interface CertificateContext {
  /** The signed request, if the record contains it. */
  readonly request: SignRequest | undefined
  /** Trusted roots; `undefined` to trust the root in the record. */
  readonly roots: readonly ParsedCertificate[] | undefined
  /** Caches the CAs of earlier records. */
  readonly certificates: CertificateCache
}

/** @returns A finding for each problem; none for a correct certificate. */
export function verifyCertificate(
  record: ExportedRecord,
  { request, roots, certificates }: CertificateContext,
): readonly string[] {
  const chain = certificates.read(record.chain, 'chain', CHAIN_LIMITS)
  const root = certificates.read(record.ca, 'bundle', ROOT_LIMITS)
  const [leaf] = chain.ok ? chain.value : []
  const unreadable = [
    pemFinding('chain', record.chain, chain),
    pemFinding('ca', record.ca, root),
  ].filter((finding) => finding !== undefined)
  const findings = [...unreadable]
  if (leaf !== undefined) findings.push(...factFindings(record, leaf.parts))
  if (chain.ok && root.ok) {
    const [ca] = root.value
    findings.push(...chainFindings({ links: chain.value, root: ca, roots }, certificates))
  }
  if (leaf === undefined || request === undefined) return findings
  const csr = readCsr(request)
  if (!csr.ok) return [...findings, csr.error]
  const above = [...(chain.ok ? chain.value.slice(1) : []), ...(root.ok ? root.value : [])]
  return [
    ...findings,
    ...leafDifferences(leaf.parts, { csr: csr.value, request }).map(
      (difference) => `the certificate does not match the request: ${difference}`,
    ),
    ...validityFindings(record, { leaf: leaf.parts, request, above }),
  ]
}

/** Reports PEM in another form than the worker's, which something else must have written. */
function pemFinding(
  member: string,
  pem: string,
  read: Result<readonly ParsedCertificate[], string>,
): string | undefined {
  if (!read.ok) return `${member}: ${read.error}`
  return read.value.map((link) => link.pem).join('') === pem
    ? undefined
    : `${member} is not in the form in which the worker writes PEM`
}

/** Compares the members of the record with the certificate. */
function factFindings(record: ExportedRecord, leaf: Certificate): readonly string[] {
  const names = (leaf.extensions.values.subjectAltName ?? []).map(generalNameToText)
  const facts: readonly (readonly [string, string, string])[] = [
    ['serialNumber', record.serialNumber, toHex(leaf.serialNumber)],
    ['subject', record.subject, nameToText(leaf.subject)],
    ['subjectAltNames', record.subjectAltNames.join(', '), names.join(', ')],
    ['notBefore', record.notBefore, toTime(leaf.notBeforeMs)],
    ['notAfter', record.notAfter, toTime(leaf.notAfterMs)],
  ]
  const isSameList =
    names.length === record.subjectAltNames.length &&
    names.every((name, index) => name === record.subjectAltNames[index])
  return facts
    .filter(([member, said, found]) =>
      member === 'subjectAltNames' ? !isSameList : said !== found,
    )
    .map(([member, said, found]) => `${member} is "${said}"; the certificate has "${found}"`)
}

const toTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

interface Chain {
  readonly links: readonly ParsedCertificate[]
  readonly root: ParsedCertificate | undefined
  readonly roots: readonly ParsedCertificate[] | undefined
}

function chainFindings(chain: Chain, certificates: CertificateCache): readonly string[] {
  const { links, root } = chain
  const isRoot = root === undefined || (root.x509.ca && certificates.isIssuedBy(root, root))
  return [
    ...links.flatMap((link, index) => linkFindings(link, { ...chain, index }, certificates)),
    ...(isRoot ? [] : ['ca is not a root']),
    ...(isTrusted(chain, certificates) ? [] : ['the chain does not end at a root in --ca-file']),
  ]
}

function linkFindings(
  link: ParsedCertificate,
  { links, root, index }: Chain & { readonly index: number },
  certificates: CertificateCache,
): readonly string[] {
  const label = `certificate ${String(index + 1)} of the chain`
  const next = links[index + 1]
  const signer = next ?? root
  const isSigned = signer === undefined || certificates.isIssuedBy(link, signer)
  return [
    ...(index === 0 || link.x509.ca ? [] : [`${label} is not a CA`]),
    ...(isSigned
      ? []
      : [`${label} is not signed by ${next === undefined ? 'ca' : 'the next one'}`]),
  ]
}

function isTrusted({ links, roots }: Chain, certificates: CertificateCache): boolean {
  const last = links.at(-1)
  return (
    roots === undefined ||
    (last !== undefined && roots.some((trusted) => certificates.isIssuedBy(last, trusted)))
  )
}

/** Parses the certification request and verifies its signature. */
function readCsr({ csr: base64, origin }: SignRequest): Result<CertificationRequest, string> {
  const der = decodeBase64(base64)
  const csr = der === undefined ? undefined : parseCertificationRequest(der)
  if (csr === undefined) return err('the certification request is not base64')
  if (!csr.ok) return err(`the certification request cannot be read: ${csr.error.message}`)
  return isSelfSigned(csr.value)
    ? ok(asApproved(csr.value, origin))
    : err('the certification request is not signed by the key in it')
}

function isSelfSigned(csr: CertificationRequest): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.from(csr.publicKey.raw),
      format: 'der',
      type: 'spki',
    })
    return isCsrSignedBy(csr, key)
  } catch {
    // Node cannot verify with an unsupported key.
    return false
  }
}

interface Lifetime {
  readonly leaf: Certificate
  readonly request: SignRequest
  /** The CAs of the chain and the root. */
  readonly above: readonly ParsedCertificate[]
}

/** A certificate is shorter than requested only where the record says why; {@link leafDifferences} finds a longer one. */
function validityFindings(
  { clamped }: ExportedRecord,
  { leaf, request, above }: Lifetime,
): readonly string[] {
  const seconds = (leaf.notAfterMs - leaf.notBeforeMs) / 1000
  const asked = request.durationSeconds
  const endMs = Math.min(...above.map(({ parts }) => parts.notAfterMs))
  const given = `the certificate is valid for ${String(seconds)} s and the request asked for ${String(asked)} s`
  return [
    clamped === null && seconds < asked ? `clamped is null, but ${given}` : undefined,
    clamped !== null && seconds >= asked ? `clamped is "${clamped}", but ${given}` : undefined,
    clamped === 'issuer' && leaf.notAfterMs !== endMs
      ? 'clamped is "issuer", but the certificate does not end with a CA of its chain'
      : undefined,
    clamped === 'profile' && leaf.notAfterMs === endMs
      ? 'clamped is "profile", but the certificate ends with a CA of its chain'
      : undefined,
    leaf.notAfterMs > endMs ? 'the certificate ends after a CA of its chain' : undefined,
  ].filter((finding) => finding !== undefined)
}
