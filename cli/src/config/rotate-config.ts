/**
 * Steps of a rotation, as changes of a configuration's text. Everything that a step is not about
 * stays as it is, and in its place.
 *
 * @module
 */
import { AUTHORITY_STATES, type AuthorityState, err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { keySecretName } from './assemble-config.ts'
import { keySecretsOf } from './key-secrets.ts'

/** What is to be done with the CAs of an issuer. */
export type RotationStep =
  /** Another CA is trusted, and signs nothing yet. */
  | { readonly kind: 'add'; readonly chainPem: string }
  /** The next CA signs, and the one before is retiring. */
  | { readonly kind: 'activate' }
  /** The retiring CA signs again, and the one after it is next. */
  | { readonly kind: 'back' }
  /** CAs of a state are neither trusted nor known any more. */
  | { readonly kind: 'remove'; readonly state: AuthorityState }

/** A step that was taken. */
export interface Rotated {
  /** The whole configuration. */
  readonly text: string
  /** Name of the secret that holds the key of an added CA. */
  readonly keySecret?: string
}

const objectSchema = z.record(z.string(), z.unknown())
const authoritySchema = z.looseObject({ state: z.enum(AUTHORITY_STATES) })
const issuerSchema = z.looseObject({ authorities: z.array(authoritySchema) })

type Authority = z.infer<typeof authoritySchema>

/** @returns The configuration after the step, or why it cannot be taken. */
export function rotateConfig(
  text: string,
  issuer: string,
  step: RotationStep,
): Result<Rotated, string> {
  const document = objectSchema.safeParse(parseJson(text))
  const issuers = objectSchema.safeParse(document.data?.['issuers'])
  if (!document.success || !issuers.success) return err('is no configuration of the worker')
  const entry = issuers.data[issuer]
  if (entry === undefined) return err(`has no issuer "${issuer}"`)
  const parsed = issuerSchema.safeParse(entry)
  if (!parsed.success) return err(`has an issuer "${issuer}" without a list of authorities`)

  const keySecret = freeSecretName(text, issuer)
  const authorities = take(parsed.data.authorities, step, keySecret)
  if (!authorities.ok) return err(`has an issuer "${issuer}" that ${authorities.error}`)
  const changed = {
    ...document.data,
    issuers: {
      ...issuers.data,
      [issuer]: { ...objectSchema.parse(entry), authorities: authorities.value },
    },
  }
  return ok({
    text: `${JSON.stringify(changed, null, 2)}\n`,
    ...(step.kind === 'add' ? { keySecret } : {}),
  })
}

function take(
  authorities: readonly Authority[],
  step: RotationStep,
  keySecret: string,
): Result<readonly object[], string> {
  switch (step.kind) {
    case 'add':
      return ok([...authorities, { state: 'next', chain: step.chainPem, keySecret }])
    case 'activate':
      return exchange(authorities, { from: 'next', to: 'retiring' })
    case 'back':
      return exchange(authorities, { from: 'retiring', to: 'next' })
    case 'remove': {
      const left = authorities.filter(({ state }) => state !== step.state)
      return left.length < authorities.length ? ok(left) : err(`has no CA that is ${step.state}`)
    }
  }
}

/** The one CA of state `from` becomes active, and the active one what `to` says. */
function exchange(
  authorities: readonly Authority[],
  { from, to }: { readonly from: AuthorityState; readonly to: AuthorityState },
): Result<readonly object[], string> {
  const found = authorities.filter(({ state }) => state === from).length
  if (found !== 1) {
    return err(
      `has ${String(found)} CAs that are ${from}, and it must be clear which one is to sign`,
    )
  }
  const becomes: Readonly<Partial<Record<AuthorityState, AuthorityState>>> = {
    [from]: 'active',
    active: to,
  }
  return ok(authorities.map((ca) => ({ ...ca, state: becomes[ca.state] ?? ca.state })))
}

/** The first of `CA_KEY_X`, `CA_KEY_X_2`, … that the configuration does not name yet. */
function freeSecretName(text: string, issuer: string): string {
  const taken = new Set(keySecretsOf(text).values())
  for (let number = 1; ; number += 1) {
    const name = keySecretName(issuer, number)
    if (!taken.has(name)) return name
  }
}
