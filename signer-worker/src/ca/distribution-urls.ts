/**
 * Where an issuing CA publishes: CRL, OCSP responder and its own certificate (RFC 5280 §4.2.1.13, §4.2.2.1).
 * The extensions are the same in every certificate of a CA, so they are encoded once.
 *
 * @module
 */
import { ACCESS_METHOD_OID, der, type Extension, EXTENSION_OID } from '@edge-issuer/shared/x509'
import type { DistributionExtensions } from '../model/issuing-ca.ts'

/** http URLs of what a CA publishes; all are optional. */
export interface PublishedUrls {
  /** The CRL of this CA, in DER. */
  readonly crlUrl?: string | undefined
  /** The certificate of this CA, in DER. */
  readonly caIssuersUrl?: string | undefined
  /** The OCSP responder for certificates of this CA. */
  readonly ocspUrl?: string | undefined
}

/** Tag of uniformResourceIdentifier in GeneralName: `[6] IMPLICIT IA5String`. */
const URI = 0x86

/** @returns The extensions that name these URLs. */
export const distributionExtensions = (urls: PublishedUrls): DistributionExtensions => ({
  all: [...distributionPoints(urls), ...informationAccess(urls)],
  withoutRevocation: informationAccess({ caIssuersUrl: urls.caIssuersUrl }),
})

function distributionPoints({ crlUrl }: PublishedUrls): readonly Extension[] {
  if (crlUrl === undefined) return []
  // DistributionPoint { distributionPoint [0] { fullName [0] GeneralNames } }
  const point = der.sequence(der.explicit(0, der.explicit(0, uri(crlUrl))))
  const oid = EXTENSION_OID.cRLDistributionPoints
  return [{ oid, critical: false, value: der.encode(der.sequence(point)) }]
}

function informationAccess({ ocspUrl, caIssuersUrl }: PublishedUrls): readonly Extension[] {
  const descriptions = [
    ...accessDescription(ACCESS_METHOD_OID.ocsp, ocspUrl),
    ...accessDescription(ACCESS_METHOD_OID.caIssuers, caIssuersUrl),
  ]
  if (descriptions.length === 0) return []
  const oid = EXTENSION_OID.authorityInfoAccess
  return [{ oid, critical: false, value: der.encode(der.sequence(...descriptions)) }]
}

const accessDescription = (method: string, url: string | undefined): readonly der.Element[] =>
  url === undefined ? [] : [der.sequence(der.objectIdentifier(method), uri(url))]

const uri = (url: string): der.Element => der.element(URI, new TextEncoder().encode(url))
