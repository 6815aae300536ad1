/** Messages and parameters that tests of the signature profile share. */
import { createHash } from 'node:crypto'
import { contentDigest, type SignedMessage } from '@edge-issuer/shared'

export const CREATED = 1_770_000_000
export const PARAMETERS = {
  createdSeconds: CREATED,
  expiresSeconds: CREATED + 60,
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  keyId: 'poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U',
}
export const POST: SignedMessage = {
  method: 'POST',
  targetUri: 'https://ca.test/v1/issuers/default/certificates',
  protocolVersion: '1.0',
  body: {
    contentDigest: contentDigest(createHash('sha256').update('{"hello": "world"}').digest()),
    idempotencyKey: 'b7f1c9a0-0000-4000-8000-000000000001',
  },
}
export const GET: SignedMessage = {
  method: 'GET',
  targetUri: 'https://ca.test/v1/issuers/default',
  protocolVersion: '1.0',
}
export const CREDENTIAL = {
  client: 'prod-eu-3',
  publicKey: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  token: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
}
