import { err, ok, type Result } from '@edge-issuer/shared'
import { newIssuer, newProfile } from './assemble-config.ts'
import { formatDocument, readSections } from './edit-config.ts'
import { freeSecretName } from './key-secrets.ts'

/** An issuer to add. */
export interface IssuerToAdd {
  readonly name: string
  /** PEM: the issuing CA, then upwards, the root last. */
  readonly chainPem: string
  /** Those that the configuration does not have are created with their defaults. */
  readonly profiles: readonly string[]
}

/** Result of {@link addIssuer}. */
export interface AddedIssuer {
  /** The whole configuration. */
  readonly text: string
  /** Name of the secret with the key of the CA. */
  readonly keySecret: string
  /** Names of the created profiles. */
  readonly created: readonly string[]
  /** Whether the configuration had no issuer: such a worker cannot be deployed. */
  readonly isFirst: boolean
}

/** Adds an issuer with one CA to a configuration. Everything else stays unchanged and in its order. */
export function addIssuer(
  config: string,
  { name, chainPem, profiles: names }: IssuerToAdd,
): Result<AddedIssuer, string> {
  const sections = readSections(config)
  if (!sections.ok) return sections
  const { document, issuers, profiles } = sections.value
  if (Object.hasOwn(issuers, name)) {
    return err(
      `the configuration already has an issuer "${name}"; choose another name, or give it another CA with "edge-issuer config rotate"`,
    )
  }
  const keySecret = freeSecretName(config, name)
  const created = names.filter((profile) => !Object.hasOwn(profiles, profile))
  const changed = {
    ...document,
    issuers: { ...issuers, [name]: newIssuer(chainPem, { keySecret, profiles: names }) },
    profiles: {
      ...profiles,
      ...Object.fromEntries(created.map((profile) => [profile, newProfile()])),
    },
  }
  const isFirst = Object.keys(issuers).length === 0
  return ok({ text: formatDocument(changed), keySecret, created, isFirst })
}
