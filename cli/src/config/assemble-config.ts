import { profileSchema } from '@edge-issuer/signer-worker/config'

/** Contents of a first configuration with one issuer and one profile. */
export interface ConfigParts {
  readonly publicUrl: string
  readonly issuer: string
  /** PEM: the issuing CA, then upwards, the root last; without it, the configuration has no issuer. */
  readonly chainPem: string | undefined
  readonly profile: string
  /** Entries by name of the admin. */
  readonly admins: Readonly<Record<string, unknown>>
  /** Path or URL of the JSON schema, for editors. */
  readonly schema?: string
}

/** Name of the Worker secret with the key of the n-th CA of an issuer, counted from 1. */
export const keySecretName = (issuer: string, number = 1): string =>
  `CA_KEY_${issuer.toUpperCase().replaceAll('-', '_')}${number === 1 ? '' : `_${String(number)}`}`

/**
 * Formats `signer.config.json`. All options of the profile have their defaults; maxDurationSeconds is written out,
 * since operators often change it.
 */
export function assembleConfig(parts: ConfigParts): string {
  const { publicUrl, issuer, chainPem, profile, admins, schema } = parts
  const { maxDurationSeconds } = profileSchema.parse({})
  const entry = {
    authorities: [{ state: 'active', chain: chainPem, keySecret: keySecretName(issuer) }],
    profiles: [profile],
  }
  const config = {
    ...(schema === undefined ? {} : { $schema: schema }),
    publicUrl,
    issuers: chainPem === undefined ? {} : { [issuer]: entry },
    profiles: { [profile]: { maxDurationSeconds } },
    admins,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
