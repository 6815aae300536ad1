/**
 * A second copy of the product's code, in which `node:crypto` is observed. That it is a copy is the
 * bundler's doing (`bench/worker/bundle.ts`).
 *
 * @module
 */
export { type CryptoCall, record, withoutCrypto } from './observed-crypto.ts'
export { openOperation } from './operation.ts'
