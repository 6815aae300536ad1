import { err, ok, type Result } from '@edge-issuer/shared'
import type { KeyFiles } from '../config/key-secrets.ts'

/** Flags that name private keys. */
export interface KeyFlags {
  readonly env: string | undefined
  readonly secrets: string | undefined
  readonly secret: readonly (readonly [string, string])[]
}

/** The files with private keys; environments have secrets of the same names, and keys of their own. */
export function keyFilesOf({ env, secrets, secret }: KeyFlags): Result<KeyFiles, string> {
  const files = new Map(secret)
  if (files.size < secret.length) return err('--secret: the same name is given twice')
  const hasKeys = files.size > 0 || secrets !== undefined
  return hasKeys && env === undefined
    ? err('--env: the flag is required with private keys, which belong to one environment')
    : ok({ files, folder: secrets })
}
