/**
 * The files of a server that may change while it runs: configuration, secrets, TLS certificate and key.
 *
 * @module
 */
import { ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import type { DeploymentTexts } from './deployment.ts'
import { readConfig } from './project-files.ts'
import { readSecretsFolder } from './secrets-folder.ts'
import { readTlsFiles, type TlsPair, type TlsPaths } from './tls-files.ts'

/** Where the files are. */
export interface ServerPaths {
  /** The project. */
  readonly dir: string
  /** Folder of the secrets. */
  readonly secrets: string
  /** Plain HTTP when absent. */
  readonly tls: TlsPaths | undefined
}

/** Contents of the files. */
export interface ServerFiles {
  readonly texts: DeploymentTexts
  readonly tls: TlsPair | undefined
  /** Names of files in the folder of secrets that are no secrets. */
  readonly ignored: readonly string[]
}

/** What the files have now, or why they cannot be read. */
export interface ChangedFiles {
  readonly tls: Result<TlsPair | undefined, string>
  readonly texts: Result<DeploymentTexts, string>
}

/** Reads all files again. */
export async function readChanged(paths: ServerPaths, io: Io): Promise<ChangedFiles> {
  const tls = await readTls(paths, io)
  const texts = await readTexts(paths, io)
  return { tls, texts: texts.ok ? ok(texts.value.texts) : texts }
}

/** Reads all files. */
export async function readServerFiles(
  paths: ServerPaths,
  io: Io,
): Promise<Result<ServerFiles, string>> {
  const texts = await readTexts(paths, io)
  if (!texts.ok) return texts
  const tls = await readTls(paths, io)
  return tls.ok ? ok({ ...texts.value, tls: tls.value }) : tls
}

/** Reads configuration and secrets. */
async function readTexts(
  { dir, secrets: folder }: ServerPaths,
  io: Io,
): Promise<Result<Pick<ServerFiles, 'texts' | 'ignored'>, string>> {
  const config = await readConfig(dir, io)
  if (!config.ok) return config
  const read = await readSecretsFolder(folder, io)
  if (!read.ok) return read
  const { secrets, ignored } = read.value
  return ok({ texts: { config: config.value, secrets: [...secrets] }, ignored })
}

/** Reads certificate and key. @returns `undefined` without TLS. */
async function readTls({ tls }: ServerPaths, io: Io): Promise<Result<TlsPair | undefined, string>> {
  return tls === undefined ? ok(undefined) : readTlsFiles(tls, io)
}
