import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_EXPORT_PATH,
  adminCertificatePath,
} from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { AdminName } from '../../../../support/worker-fixture.ts'
import { codeOf, type Exchange, send } from '../../../support/app.ts'
import { adminKeyOf, keyOf } from '../../../support/fixture.ts'
import { aSignRequest } from '../../../support/sign-request.ts'
import { get, post } from '../../../support/signed.ts'

const ask = async (path: string, admin: AdminName = 'admin'): Promise<Exchange> =>
  send(get({ key: adminKeyOf(admin), path }))

describe('keys', () => {
  it('of a client open nothing here', async ({ expect }) => {
    const exchange = await send(get({ key: keyOf('cluster-1'), path: ADMIN_CERTIFICATES_PATH }))
    expect([exchange.status, codeOf(exchange)]).toEqual([401, 'credentials_rejected'])
  })

  it('of an admin sign no certificate', async ({ expect }) => {
    const exchange = await send(post(aSignRequest(), { key: adminKeyOf('admin') }))
    expect([exchange.status, codeOf(exchange)]).toEqual([401, 'credentials_rejected'])
  })

  it('sign the query too', async ({ expect }) => {
    const signed = get({ key: adminKeyOf('admin'), path: `${ADMIN_CERTIFICATES_PATH}?limit=1` })
    const changed = new Request(signed.url.replace('limit=1', 'limit=2'), signed)
    expect(codeOf(await send(changed))).toBe('credentials_rejected')
  })

  it('the log names the admin', async ({ expect }) => {
    const { log } = await ask(ADMIN_CERTIFICATES_PATH, 'read')
    expect(log).toEqual([
      expect.objectContaining({
        admin: 'read',
        keyId: adminKeyOf('read').keyId,
        outcome: 'listed',
        status: 200,
      }),
    ])
  })
})

it.for([ADMIN_CERTIFICATES_PATH, ADMIN_EXPORT_PATH, adminCertificatePath('00')])(
  '%s takes GET alone',
  async (path, { expect }) => {
    const exchange = await send(post('{}', { key: adminKeyOf('admin'), path }))
    expect([exchange.status, exchange.headers.get('allow')]).toEqual([405, 'GET'])
  },
)
