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

/** Name of the Worker secret that holds the key of an issuer. */
export const keySecretName = (issuer: string): string =>
  `CA_KEY_${issuer.toUpperCase().replaceAll('-', '_')}`

/** The text of `signer.config.json`. The profile is the shipped one: every option at its default. */
export function assembleConfig(parts: ConfigParts): string {
  const { publicUrl, issuer, chainPem, profile, clients } = parts
  const config = {
    publicUrl,
    issuers: {
      [issuer]: { chain: chainPem, keySecret: keySecretName(issuer), profiles: [profile] },
    },
    profiles: { [profile]: {} },
    clients,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
