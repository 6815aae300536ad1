/**
 * The way to an index.
 *
 * @module
 */
import { openObject } from '../config/open-object.ts'
import type { CertificateIndex } from './certificate-index.ts'

/** @returns The index's object of one issuer. */
export const indexOf = (env: Env, issuer: string): DurableObjectStub<CertificateIndex> =>
  openObject(env, env.INDEX, { name: `v1:${issuer}` })
