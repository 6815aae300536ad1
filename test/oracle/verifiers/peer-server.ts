import { type Authority, commonName, makeAuthority } from '@edge-issuer/testbed/pki/x509'

let authority: Authority | undefined

/** The certificate of the TLS server that clients under test call; no client verifies it. */
export function peerServer(): Authority {
  authority ??= makeAuthority({ subject: commonName('Server'), extensions: [] })
  return authority
}
