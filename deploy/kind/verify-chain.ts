import { X509Certificate } from 'node:crypto'

/** What a chain is held against. */
export interface ChainExpectation {
  readonly root: X509Certificate
  readonly hostname: string
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu

/** @returns What is wrong with a chain, leaf first and without its root. */
export function brokenLink(
  chainPem: string,
  { root, hostname }: ChainExpectation,
): string | undefined {
  const chain = (chainPem.match(BLOCK) ?? []).map((pem) => new X509Certificate(pem))
  const [leaf] = chain
  if (leaf === undefined) return 'there is no certificate'
  if (leaf.checkHost(hostname) === undefined) return `it is not for ${hostname}`
  const index = chain.findIndex((certificate, at) => {
    const issuer = chain[at + 1] ?? root
    return !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)
  })
  return index === -1 ? undefined : `certificate ${String(index)} is not by the next`
}
