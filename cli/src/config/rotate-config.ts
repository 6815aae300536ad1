/**
 * Steps of a CA rotation as changes to the text of a configuration. All other members stay unchanged and in their
 * order.
 *
 * @module
 */
import { AUTHORITY_STATES, type AuthorityState, err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { freeSecretName } from './key-secrets.ts'

/** A change to the CAs of an issuer. */
export type RotationStep =
  /** Adds a CA that clients trust, and that does not sign yet. */
  | { readonly kind: 'add'; readonly chainPem: string }
  /** Makes the next CA sign and the current one retiring. */
  | { readonly kind: 'activate' }
  /** Makes the retiring CA sign again and the current one next. */
  | { readonly kind: 'back' }
  /** Removes all CAs of a state. */
  | { readonly kind: 'remove'; readonly state: AuthorityState }

/** Result of a step. */
export interface Rotated {
  /** The whole configuration. */
  readonly text: string
  /** Name of the secret with the key of an added CA. */
  readonly keySecret?: string
}

const objectSchema = z.record(z.string(), z.unknown())
const authoritySchema = z.looseObject({ state: z.enum(AUTHORITY_STATES) })
const issuerSchema = z.looseObject({ authorities: z.array(authoritySchema) })

type Authority = z.infer<typeof authoritySchema>

/** Performs one step. @returns The changed configuration, or an error message. */
export function rotateConfig(
  text: string,
  issuer: string,
  step: RotationStep,
): Result<Rotated, string> {
  const document = objectSchema.safeParse(parseJson(text))
  const issuers = objectSchema.safeParse(document.data?.['issuers'])
  if (!document.success || !issuers.success)
    return err('the file is not a configuration of the worker')
  const entry = issuers.data[issuer]
  if (entry === undefined) return err(`the configuration has no issuer "${issuer}"`)
  const parsed = issuerSchema.safeParse(entry)
  if (!parsed.success) return err(`issuer "${issuer}" has no list of authorities`)

  const keySecret = freeSecretName(text, issuer)
  const authorities = take(parsed.data.authorities, step, keySecret)
  if (!authorities.ok) return err(`issuer "${issuer}": ${authorities.error}`)
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
      return left.length < authorities.length
        ? ok(left)
        : err(`there is no CA in state ${step.state} to remove`)
    }
  }
}

/** Makes the only CA in state `from` active, and changes the active one to state `to`. */
function exchange(
  authorities: readonly Authority[],
  { from, to }: { readonly from: AuthorityState; readonly to: AuthorityState },
): Result<readonly object[], string> {
  const found = authorities.filter(({ state }) => state === from).length
  if (found !== 1) {
    return err(
      `expected exactly one CA in state ${from}, which becomes active; found ${String(found)}`,
    )
  }
  const becomes: Readonly<Partial<Record<AuthorityState, AuthorityState>>> = {
    [from]: 'active',
    active: to,
  }
  return ok(authorities.map((ca) => ({ ...ca, state: becomes[ca.state] ?? ca.state })))
}
