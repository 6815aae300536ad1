import { ADMIN_AUDIT_PATH, ADMIN_CLIENTS_PATH, adminClientPath } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import {
  aName,
  detailOf,
  fieldsOf,
  newKey,
  put,
  remove,
  show,
} from '../../../support/admin-clients.ts'
import { codeOf, send } from '../../../support/app.ts'
import { anEntry } from '../../../support/directory.ts'
import { adminKeyOf, keyOf } from '../../../support/fixture.ts'
import { get, post, signed } from '../../../support/signed.ts'

describe('an entry is checked whole', () => {
  it.for([
    ['an unknown member', { color: 'red' }, ['/entry']],
    ['an unknown issuer', { issuers: ['default', 'nowhere'] }, ['/entry/issuers/1']],
    ['an unknown profile', { profiles: ['default', 'nothing'] }, ['/entry/profiles/1']],
    [
      'several',
      {
        issuers: ['nowhere'],
        profiles: ['default', 'nothing'],
        shards: [4],
        certificatesPerMinute: 3,
      },
      ['/entry/issuers/0', '/entry/profiles/1', '/entry/certificatesPerMinute'],
    ],
    ['no rules', { unrestricted: false }, ['/entry']],
    ['neither keys nor identity', { keys: [] }, ['/entry']],
    ['a key that is none', { keys: [{ publicKey: 'x' }] }, ['/entry/keys/0/publicKey']],
    ['an unknown region', { region: 'moon' }, ['/entry/region']],
    [
      'an identity with both kinds of keys',
      { identity: { issuer: 'x', subjects: ['system:serviceaccount:a:b'] } },
      ['/entry/identity'],
    ],
    [
      'a subject that is no ServiceAccount',
      {
        identity: {
          issuer: 'x',
          subjects: ['system:serviceaccount:a:b', 'admin'],
          discoveryUrl: 'https://oidc.example/a',
        },
      },
      ['/entry/identity/subjects/1'],
    ],
    [
      'a discovery URL over http',
      {
        identity: {
          issuer: 'x',
          subjects: ['system:serviceaccount:a:b'],
          discoveryUrl: 'http://oidc.example/a',
        },
      },
      ['/entry/identity/discoveryUrl'],
    ],
    [
      'a discovery URL of a host that is not on the list',
      {
        identity: {
          issuer: 'x',
          subjects: ['system:serviceaccount:a:b'],
          discoveryUrl: 'https://oidc.example/a',
        },
      },
      ['/entry/identity/discoveryUrl'],
    ],
  ] as const)('%s', async ([, changes, fields], { expect }) => {
    const name = aName()
    const refused = await put(name, { entry: anEntry([newKey()], changes) })
    expect(refused).toMatchObject({ status: 422, body: { code: 'client_invalid' } })
    expect(fieldsOf(refused)).toEqual(fields)
    expect(codeOf(await show(adminClientPath(name)))).toBe('client_unknown')
  })

  it('a key of another client, of an admin, or of the configuration is refused', async ({
    expect,
  }) => {
    const name = aName()
    const key = newKey()
    await put(name, { entry: anEntry([key]) })
    const cases = [
      [key, `client "${name}"`],
      [adminKeyOf('read'), 'admin "read"'],
      [keyOf('cluster-1'), 'client "cluster-1"'],
    ] as const
    for (const [taken, owner] of cases) {
      const refused = await put(aName(), { entry: anEntry([newKey(), taken]) })
      expect(fieldsOf(refused)).toEqual(['/entry/keys/1/publicKey'])
      expect(detailOf(refused)).toContain(`is already a key of ${owner}`)
    }
    const twice = await put(aName(), {
      entry: anEntry([newKey(), keyOf('cluster-2')].fill(newKey())),
    })
    expect(fieldsOf(twice)).toEqual(['/entry/keys/1/publicKey'])
  })

  it('an answer names a bounded number of errors', async ({ expect }) => {
    const keys = Array.from({ length: 64 }, () => ({ publicKey: 'x' }))
    const refused = await put(aName(), { entry: { ...anEntry([]), keys } })
    expect(fieldsOf(refused)).toHaveLength(32)
    expect(fieldsOf(refused).at(-1)).toBe('/entry')
  })

  it.for([
    ['no JSON', '{', ['']],
    ['no entry', {}, ['/entry']],
    ['an entry that is a list', { entry: [] }, ['/entry']],
    ['an unknown member', { entry: {}, enabled: true }, ['']],
  ] as const)('a body with %s is malformed', async ([, body, fields], { expect }) => {
    const refused = await put(aName(), body)
    expect(refused).toMatchObject({ status: 400, body: { code: 'request_malformed' } })
    if (fields[0] !== '') expect(fieldsOf(refused)).toEqual(fields)
  })
})

describe('roles, names, queries and preconditions', () => {
  it('the role read sees clients and changes nothing', async ({ expect }) => {
    const name = aName()
    await put(name, { entry: anEntry([newKey()]) })
    expect((await show(adminClientPath(name), 'read')).status).toBe(200)
    const admin = 'read'
    expect(codeOf(await put(name, { entry: anEntry([]) }, { admin, version: 1 }))).toBe(
      'role_missing',
    )
    expect(codeOf(await remove(name, { admin, version: 1 }))).toBe('role_missing')
    expect(codeOf(await show(ADMIN_AUDIT_PATH, admin))).toBe('role_missing')
  })

  it('a client is no admin', async ({ expect }) => {
    expect(codeOf(await send(get({ path: ADMIN_CLIENTS_PATH })))).toBe('credentials_rejected')
  })

  it.for(['UPPER', 'a_b', 'a'.repeat(64), 'a%2fb'])(
    'no client has the name %s',
    async (name, { expect }) => {
      expect(codeOf(await show(adminClientPath(name)))).toBe('client_unknown')
      expect(codeOf(await put(name, { entry: anEntry([newKey()]) }))).toBe('client_unknown')
    },
  )

  it.for([
    `${ADMIN_CLIENTS_PATH}?cursor=UPPER`,
    `${ADMIN_CLIENTS_PATH}?limit=0`,
    `${ADMIN_CLIENTS_PATH}?color=red`,
    `${ADMIN_AUDIT_PATH}?cursor=x`,
    `${adminClientPath('a')}?dryRun=true`,
  ])('%s is malformed', async (path, { expect }) => {
    expect(codeOf(await show(path, 'admin'))).toBe('query_malformed')
  })

  it('dryRun is true or absent', async ({ expect }) => {
    const refused = await put(aName(), { entry: anEntry([newKey()]) }, { query: '?dryRun=false' })
    expect(codeOf(refused)).toBe('query_malformed')
  })

  it('a DELETE needs the version, and if-match needs to be one', async ({ expect }) => {
    expect(codeOf(await remove(aName()))).toBe('precondition_required')
    const precondition = { header: 'if-match', value: '"abc"' } as const
    const key = adminKeyOf('admin')
    const path = adminClientPath(aName())
    const refused = await send(signed({ method: 'DELETE', precondition }, { key, path }))
    expect(codeOf(refused)).toBe('precondition_required')
  })

  it('another method is not allowed', async ({ expect }) => {
    const refused = await send(post('{}', { key: adminKeyOf('admin'), path: adminClientPath('a') }))
    expect(codeOf(refused)).toBe('method_not_allowed')
    expect(refused.headers.get('allow')).toBe('GET, PUT, DELETE')
  })
})
