import { profileSchema } from '@edge-issuer/signer-worker/config'

/** The parts of a first configuration: one issuer, one profile. */
export interface ConfigParts {
  readonly publicUrl: string
  readonly issuer: string
  /** PEM: the issuing CA, then upwards, the root last. */
  readonly chainPem: string
  readonly profile: string
  /** Entries by name of the client. */
  readonly clients: Readonly<Record<string, unknown>>
}

/** Name of the Worker secret that holds the key of the n-th CA of an issuer, the first one being 1. */
export const keySecretName = (issuer: string, number = 1): string =>
  `CA_KEY_${issuer.toUpperCase().replaceAll('-', '_')}${number === 1 ? '' : `_${String(number)}`}`

/**
 * The text of `signer.config.json`. The profile is the shipped one: every option at its default, with the
 * longest duration written out, which is the one that operators look for.
 */
export function assembleConfig(parts: ConfigParts): string {
  const { publicUrl, issuer, chainPem, profile, clients } = parts
  const { maxDurationSeconds } = profileSchema.parse({})
  const config = {
    publicUrl,
    issuers: {
      [issuer]: {
        authorities: [{ state: 'active', chain: chainPem, keySecret: keySecretName(issuer) }],
        profiles: [profile],
      },
    },
    profiles: { [profile]: { maxDurationSeconds } },
    clients,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
