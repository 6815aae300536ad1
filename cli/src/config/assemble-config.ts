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

/** A profile whose options have their defaults; maxDurationSeconds is written out, since operators often change it. */
export function newProfile(): { readonly maxDurationSeconds: number } {
  const { maxDurationSeconds } = profileSchema.parse({})
  return { maxDurationSeconds }
}

/** The entry of an issuer with one CA. */
export const newIssuer = (
  chain: string,
  { keySecret, profiles }: { readonly keySecret: string; readonly profiles: readonly string[] },
): object => ({ authorities: [{ state: 'active', chain, keySecret }], profiles })

/** Formats `signer.config.json`. */
export function assembleConfig(parts: ConfigParts): string {
  const { publicUrl, issuer, chainPem, profile, admins, schema } = parts
  const keySecret = keySecretName(issuer)
  const config = {
    ...(schema === undefined ? {} : { $schema: schema }),
    publicUrl,
    issuers:
      chainPem === undefined
        ? {}
        : { [issuer]: newIssuer(chainPem, { keySecret, profiles: [profile] }) },
    profiles: { [profile]: newProfile() },
    admins,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
