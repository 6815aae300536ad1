/**
 * The way to the directory.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { Jwks } from '../config/exports.ts'
import { openObject } from '../config/open-object.ts'
import { type Directory, DIRECTORY_NAME } from './directory.ts'
import type { DiscoveredKeyQuery } from './discovered-keys.ts'
import type { ClientIds, FoundClient } from './messages.ts'

/** @returns The directory's object. */
export const directoryOf = (env: Env): DurableObjectStub<Directory> =>
  openObject(env, env.DIRECTORY, { name: DIRECTORY_NAME })

/** Where clients are looked up. */
export interface ClientSource {
  findClient(name: string): Promise<FoundClient | undefined>
  findClientByKey(keyId: string): Promise<FoundClient | undefined>
  listIds(): Promise<ClientIds>
}

/** Where token keys of public issuers are looked up. */
export interface DiscoverySource {
  /** @returns The set of an issuer, as it was read last. */
  findDiscoveredKeys(query: DiscoveredKeyQuery): Promise<Jwks | undefined>
}

/** Opens the directory to look token keys of public issuers up. */
export type OpenDiscoverySource = (env: Env) => DiscoverySource

/** Looks them up in the directory's object. */
export const openDiscoverySource: OpenDiscoverySource = (env) => ({
  findDiscoveredKeys: async (query) => directoryOf(env).findDiscoveredKeys(query),
})

/** Opens the directory to look clients up. */
export type OpenClientSource = (env: Env) => ClientSource

/** Looks clients up in the directory's object. */
export const openClientSource: OpenClientSource = (env) => ({
  findClient: async (name) => directoryOf(env).findClient(name),
  findClientByKey: async (keyId) => directoryOf(env).findClientByKey(keyId),
  listIds: async () => directoryOf(env).listIds(),
})

/** Why the directory gave no answer. */
export interface DirectoryRefusal {
  readonly refusals: readonly Refusal[]
  /** For the log. */
  readonly reason: string
}

/** Overloaded, restarted, out of disk: the same may be asked again. */
export const DIRECTORY_UNAVAILABLE: Refusal = {
  code: 'directory_unavailable',
  detail: 'the directory of clients did not respond; retry the same request',
}

/** Asks the directory; every failure of it is temporary. */
export async function askDirectory<T>(
  env: Env,
  question: (directory: DurableObjectStub<Directory>) => Promise<T>,
): Promise<Result<T, DirectoryRefusal>> {
  try {
    return ok(await question(directoryOf(env)))
  } catch (error) {
    return err({ refusals: [DIRECTORY_UNAVAILABLE], reason: String(error) })
  }
}
