import { ECDSA_CONTROLS, ECDSA_FORGERIES } from './ecdsa.ts'
import { ED25519_CONTROLS, ED25519_FORGERIES } from './ed25519.ts'
import type { Control, Forgery } from './forgery.ts'
import { RSA_CONTROLS, RSA_FORGERIES } from './rsa.ts'

/** Every forged signature, each over the octets of its own request. */
export const FORGERIES: readonly Forgery[] = [
  ...ECDSA_FORGERIES,
  ...RSA_FORGERIES,
  ...ED25519_FORGERIES,
]

/** Signatures that are right. */
export const CONTROLS: readonly Control[] = [
  ...ECDSA_CONTROLS,
  ...RSA_CONTROLS,
  ...ED25519_CONTROLS,
]
