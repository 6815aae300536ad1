/**
 * The way to an index.
 *
 * @module
 */
import type { CertificateIndex } from './certificate-index.ts'

/** @returns The index's object of one issuer. */
export const indexOf = (env: Env, issuer: string): DurableObjectStub<CertificateIndex> =>
  env.INDEX.getByName(`v1:${issuer}`)
