/**
 * Where keys may be discovered: OpenID issuers that everyone can reach, and hosts that the configuration adds.
 *
 * @module
 */

/** Issuers of EKS, GKE and AKS; each names the hosts that its documentation gives. */
const PUBLIC_ISSUERS = [
  /^oidc\.eks\.[a-z0-9-]{1,32}\.amazonaws\.com(\.cn)?$/,
  /^oidc-eks\.[a-z0-9-]{1,32}\.api\.aws$/,
  /^container\.googleapis\.com$/,
  /^[a-z0-9-]{1,32}\.oic\.prod-aks\.azure\.com$/,
]

/**
 * Whether keys may be fetched from a URL: https, the default port, no user, and a host of the list.
 *
 * @param moreHosts - Host names of the configuration.
 */
export function isDiscoveryUrl(text: string, moreHosts: readonly string[]): boolean {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.host !== url.hostname) return false
  if (url.username !== '' || url.password !== '') return false
  return (
    PUBLIC_ISSUERS.some((pattern) => pattern.test(url.hostname)) || moreHosts.includes(url.hostname)
  )
}
