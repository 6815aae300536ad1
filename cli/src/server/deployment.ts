/**
 * What runs: the configuration of a worker with its secrets, checked as "config check" does.
 *
 * @module
 */
import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { formatConfigError, loadConfig } from '@edge-issuer/signer-worker/config'
import { checkConfig, errorsMessage, readConfigFile } from '../config/check-config.ts'
import { keySecretsOf } from '../config/key-secrets.ts'
import { explainKeyFile } from '../key-file/explain.ts'
import { CONFIG_FILE } from '../project/new-project.ts'

/** Texts of the files. */
export interface DeploymentTexts {
  /** `signer.config.json`. */
  readonly config: string
  /** Worker secrets by name, sorted. */
  readonly secrets: readonly (readonly [name: string, text: string])[]
}

/** A deployment without errors. */
export interface Deployment extends DeploymentTexts {
  readonly publicUrl: string
  /** What does not keep the worker from running. */
  readonly warnings: readonly string[]
}

/** @param paths - The project and the folder of secrets, for messages. */
export function checkDeployment(
  texts: DeploymentTexts,
  paths: { readonly dir: string; readonly secrets: string },
  nowMs: number,
): Result<Deployment, string> {
  const file = `"${join(paths.dir, CONFIG_FILE)}"`
  const secrets = new Map(texts.secrets)
  for (const name of new Set(keySecretsOf(texts.config).values())) {
    const text = secrets.get(name)
    const problem =
      text === undefined ? undefined : explainKeyFile(Buffer.from(text), join(paths.secrets, name))
    if (problem !== undefined) return err(problem)
  }
  const loaded = loadConfig(texts.config, (name) => secrets.get(name))
  const errors = loaded.ok ? loaded.value.errors : loaded.error
  if (errors.length > 0) return err(errorsMessage(file, errors))
  const { jurisdiction, publicUrl, retention } = readConfigFile(texts.config)
  if (jurisdiction !== undefined) {
    return err(
      `${file}: /jurisdiction is "${jurisdiction}", and only Cloudflare has jurisdictions: here the data is on this machine; remove the member`,
    )
  }
  // An expired CA keeps its own issuer from signing, and must not keep the others from starting.
  const expired = checkConfig(texts.config, { secrets, needsKeys: true, nowMs }).errors
  const warnings = expired.map((error) => `${file}: ${formatConfigError(error)}`)
  return ok({
    ...texts,
    publicUrl,
    warnings:
      retention === undefined
        ? warnings
        : [
            ...warnings,
            `${file}: /retention has no effect: records are archived to R2, which only Cloudflare has`,
          ],
  })
}
