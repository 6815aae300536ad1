import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { unignoredWarning } from '../files/git-warning.ts'
import { parseJson } from '../files/parse-json.ts'
import { systemReason } from '../files/system-reason.ts'
import { readKeyFile } from '../key-file/read-key-file.ts'
import type { Io } from '../terminal/io.ts'
import { keySecretName } from './assemble-config.ts'

/** Files with the private keys of a configuration. */
export interface KeyFiles {
  /** Path of a file by the name of its secret. */
  readonly files: ReadonlyMap<string, string>
  /** Folder whose files are named like their secrets. */
  readonly folder: string | undefined
}

/** The members of a configuration that name its secrets; everything else is checked elsewhere. */
const documentSchema = z.object({ issuers: z.record(z.string(), z.unknown()) })
const issuerSchema = z.object({ authorities: z.array(z.unknown()) })
const authoritySchema = z.object({ keySecret: z.string().regex(/^[A-Z][A-Z0-9_]*$/) })

/**
 * @returns The name of each secret by its JSON Pointer in the document; empty if the text is not a configuration.
 */
export function keySecretsOf(config: string): ReadonlyMap<string, string> {
  const document = documentSchema.safeParse(parseJson(config))
  const names = new Map<string, string>()
  for (const [issuer, entry] of Object.entries(document.data?.issuers ?? {})) {
    const authorities = issuerSchema.safeParse(entry).data?.authorities ?? []
    for (const [index, authority] of authorities.entries()) {
      const parsed = authoritySchema.safeParse(authority)
      if (!parsed.success) continue
      names.set(`/issuers/${issuer}/authorities/${String(index)}/keySecret`, parsed.data.keySecret)
    }
  }
  return names
}

/** The first of `CA_KEY_X`, `CA_KEY_X_2`, … that the configuration does not use. */
export function freeSecretName(config: string, issuer: string): string {
  const taken = new Set(keySecretsOf(config).values())
  for (let number = 1; ; number += 1) {
    const name = keySecretName(issuer, number)
    if (!taken.has(name)) return name
  }
}

/** Reads the key files of the configuration's secrets; secrets without a file are skipped. */
export async function readKeySecrets(
  config: string,
  keys: KeyFiles,
  io: Io,
): Promise<Result<ReadonlyMap<string, string>, string>> {
  const names = new Set(keySecretsOf(config).values())
  const unused = [...keys.files.keys()].find((name) => !names.has(name))
  if (unused !== undefined)
    return err(`unknown secret "${unused}"; no issuer of the configuration has it as keySecret`)
  const found = checkFolder(keys.folder, io)
  if (!found.ok) return found
  const secrets = new Map<string, string>()
  for (const [name, path] of keyPaths(config, keys, io)) {
    const secret = await readKeyFile(path, io)
    if (!secret.ok) return secret
    secrets.set(name, secret.value)
  }
  return ok(secrets)
}

/** @returns The path of each key file, by the name of its secret. */
const keyPaths = (
  config: string,
  { files, folder }: KeyFiles,
  { cwd }: Io,
): ReadonlyMap<string, string> =>
  new Map(
    [...new Set(keySecretsOf(config).values())].flatMap((name) => {
      const inFolder = folder === undefined ? undefined : join(folder, name)
      const isInFolder = inFolder !== undefined && existsSync(resolve(cwd, inFolder))
      const path = files.get(name) ?? (isInFolder ? inFolder : undefined)
      return path === undefined ? [] : [[name, path]]
    }),
  )

/** Warns on standard error about key files that git could add to a repository. */
export async function warnUnignoredKeys(config: string, keys: KeyFiles, io: Io): Promise<void> {
  const paths = [...keyPaths(config, keys, io).values()].filter((path) => path !== '-')
  const warning = await unignoredWarning(paths.map((path) => resolve(io.cwd, path)))
  if (warning !== undefined) io.stderr(warning)
}

/** @returns An error unless the folder exists, or none is named. */
function checkFolder(folder: string | undefined, { cwd }: Io): Result<void, string> {
  if (folder === undefined) return ok(undefined)
  try {
    readdirSync(resolve(cwd, folder))
    return ok(undefined)
  } catch (error) {
    return err(`cannot read the folder of private keys "${folder}": ${systemReason(error)}`)
  }
}
