/**
 * The admin API for clients, as an admin calls it.
 * @module
 */
import { adminClientPath, problemSchema } from '@edge-issuer/shared'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import type { AdminName } from '../../support/worker-fixture.ts'
import { type Exchange, send } from './app.ts'
import { adminKeyOf, type SigningKey, signingKey } from './fixture.ts'
import { get, signed } from './signed.ts'

/** A name that no client has. */
export const aName = (): string => `c-${crypto.randomUUID()}`
/** A key that no one has. */
export const newKey = (): SigningKey => signingKey(makeKey('Ed25519').privateKey)

/** GET of a path. */
export const show = async (path: string, admin: AdminName = 'read'): Promise<Exchange> =>
  send(get({ key: adminKeyOf(admin), path }))

/** How a client is changed. */
export interface Change {
  readonly query?: string
  readonly admin?: AdminName
  /** `undefined` to create. */
  readonly version?: number | undefined
}

const preconditionOf = (version: number | undefined) =>
  version === undefined
    ? ({ header: 'if-none-match', value: '*' } as const)
    : ({ header: 'if-match', value: `"${String(version)}"` } as const)

/** PUT of a client. */
export const put = async (name: string, body: unknown, change: Change = {}): Promise<Exchange> => {
  const { query = '', admin = 'admin', version } = change
  return send(
    signed(
      { method: 'PUT', precondition: preconditionOf(version) },
      {
        key: adminKeyOf(admin),
        path: adminClientPath(name) + query,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
    ),
  )
}

/** DELETE of a client. */
export const remove = async (name: string, change: Change = {}): Promise<Exchange> => {
  const { query = '', admin = 'admin', version } = change
  return send(
    signed(
      { method: 'DELETE', precondition: preconditionOf(version) },
      { key: adminKeyOf(admin), path: adminClientPath(name) + query },
    ),
  )
}

/** The members that a refusal names. */
export const fieldsOf = ({ body }: Exchange): readonly string[] =>
  problemSchema.parse(body).errors?.map(({ field = '' }) => field) ?? []
/** The text of a refusal. */
export const detailOf = ({ body }: Exchange): string => problemSchema.parse(body).detail
