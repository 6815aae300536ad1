/**
 * The signing worker as a library.
 *
 * @module
 */
// @ts-ignore -- `any` in a project without the types of Cloudflare Workers
import type { DurableObject } from 'cloudflare:workers'

/** A class of the global scope, or `any` in a project without types for it. */
type GlobalInstance<Name extends PropertyKey> = typeof globalThis extends {
  [Key in Name]: { prototype: infer Instance }
}
  ? Instance
  : unknown

/** The module's default export. */
export interface SigningWorker {
  fetch(
    request: GlobalInstance<'Request'>,
    env: unknown,
    context: unknown,
  ): Promise<GlobalInstance<'Response'>>
}

/**
 * Creates the worker, which the deployed module exports as its default, beside the classes of the Durable Objects.
 *
 * @param config - `signer.config.json`: its text, or the parsed document. A worker whose configuration has errors
 *   refuses every request and logs the errors.
 */
export declare function createWorker(config: string | object): SigningWorker

/** Durable Object: the certificates of one issuer and client. */
export declare class Ledger extends DurableObject<unknown> {}

/** Durable Object: every client. */
export declare class Directory extends DurableObject<unknown> {}

/** Durable Object: lists the certificates of one issuer. */
export declare class CertificateIndex extends DurableObject<unknown> {}

/** Durable Object: the worker's identity, created once. */
export declare class Genesis extends DurableObject<unknown> {}
