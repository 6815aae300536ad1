import { X509Certificate } from 'node:crypto'

/** Expected root and host name of a chain. */
export interface ChainExpectation {
  readonly root: X509Certificate
  readonly hostname: string
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu

/** @returns The problem of a chain (leaf first, without its root), or `undefined`. */
export function chainProblem(
  chainPem: string,
  { root, hostname }: ChainExpectation,
): string | undefined {
  const chain = (chainPem.match(BLOCK) ?? []).map((pem) => new X509Certificate(pem))
  const [leaf] = chain
  if (leaf === undefined) return 'the chain is empty'
  if (leaf.checkHost(hostname) === undefined) return `the certificate is not for ${hostname}`
  const index = chain.findIndex((certificate, at) => {
    const issuer = chain[at + 1] ?? root
    return !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)
  })
  return index === -1 ? undefined : `certificate ${String(index)} is not issued by the next one`
}
