import {
  ADMIN_AUDIT_PATH,
  ADMIN_CLIENTS_PATH,
  adminClientPath,
  auditPageSchema,
  clientRecordSchema,
  clientsPageSchema,
} from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import * as z from 'zod'
import { aName, detailOf, newKey, put, remove, show } from '../../../support/admin-clients.ts'
import { codeOf, send } from '../../../support/app.ts'
import { anEntry } from '../../../support/directory.ts'
import { adminKeyOf } from '../../../support/fixture.ts'
import { aSignRequest } from '../../../support/sign-request.ts'
import { post } from '../../../support/signed.ts'

describe('a client', () => {
  it('is created, used, replaced and deleted', async ({ expect }) => {
    const name = aName()
    const [key, other] = [newKey(), newKey()]
    const created = await put(name, { entry: anEntry([key]) })
    expect(created.status).toBe(201)
    expect(created.headers.get('etag')).toBe('"1"')
    expect(z.strictObject(clientRecordSchema.shape).parse(created.body)).toMatchObject({
      name,
      version: 1,
      disabled: false,
      quarantined: false,
      entry: anEntry([key]),
    })
    expect(created.log.at(-1)).toMatchObject({ admin: 'admin', changedClient: name })
    expect((await send(post(aSignRequest(), { key }))).status).toBe(201)

    const replaced = await put(name, { entry: anEntry([other]), disabled: true }, { version: 1 })
    expect(replaced).toMatchObject({ status: 200, body: { version: 2, disabled: true } })
    const shown = await show(adminClientPath(name))
    expect(shown.headers.get('etag')).toBe('"2"')
    expect(shown.body).toEqual(replaced.body)
    expect(codeOf(await send(post(aSignRequest(), { key: other })))).toBe('credentials_rejected')

    expect(await remove(name, { version: 2 })).toMatchObject({ status: 200, body: { version: 2 } })
    expect(codeOf(await show(adminClientPath(name)))).toBe('client_unknown')
  })

  it('is listed a page at a time', async ({ expect }) => {
    const names = [aName(), aName(), aName()]
    for (const name of names) await put(name, { entry: anEntry([newKey()]) })
    const found: string[] = []
    let path = `${ADMIN_CLIENTS_PATH}?limit=2`
    for (;;) {
      const page = clientsPageSchema.parse((await show(path)).body)
      expect(page.clients.length).toBeLessThanOrEqual(2)
      found.push(...page.clients.map(({ name }) => name))
      if (page.next === null) break
      path = `${ADMIN_CLIENTS_PATH}?limit=2&cursor=${page.next}`
    }
    expect(found).toEqual(found.toSorted())
    expect(found).toEqual(expect.arrayContaining(names))
  })

  it('a dry run answers as the change would, and changes nothing', async ({ expect }) => {
    const name = aName()
    const entry = anEntry([newKey()])
    const query = '?dryRun=true'
    expect(await put(name, { entry }, { query })).toMatchObject({
      status: 200,
      body: { version: 1 },
    })
    expect(codeOf(await show(adminClientPath(name)))).toBe('client_unknown')
    await put(name, { entry })
    expect((await remove(name, { query, version: 1 })).status).toBe(200)
    expect((await show(adminClientPath(name))).status).toBe(200)
    const invalid = await put(name, { entry: { ...entry, color: 'red' } }, { query, version: 1 })
    expect(codeOf(invalid)).toBe('client_invalid')
    expect(codeOf(await put(name, { entry }, { query, version: 7 }))).toBe('version_conflict')
  })
})

describe('two admins at once', () => {
  it('one gets a conflict that says what the other one changed', async ({ expect }) => {
    const name = aName()
    const key = newKey()
    await put(name, { entry: anEntry([key]) })
    const outcomes = await Promise.all([
      put(name, { entry: anEntry([key], { certificatesPerMinute: 5 }) }, { version: 1 }),
      put(name, { entry: anEntry([key], { certificatesPerMinute: 6 }) }, { version: 1 }),
    ])
    const [refused, ...others] = outcomes.filter(({ status }) => status !== 200)
    expect(others).toEqual([])
    expect(refused).toMatchObject({ status: 409, body: { code: 'version_conflict' } })
    expect(refused && detailOf(refused)).toMatch(
      /has version 2 now; the request replaces version 1; changes since: update of certificatesPerMinute by admin "admin" at 20/,
    )
  })

  it('a deletion of an old version is a conflict too', async ({ expect }) => {
    const name = aName()
    await put(name, { entry: anEntry([newKey()]) })
    await put(name, { entry: anEntry([newKey()]) }, { version: 1 })
    expect(codeOf(await remove(name, { version: 1 }))).toBe('version_conflict')
  })
})

describe('the audit', () => {
  it('has each change with the signed request', async ({ expect }) => {
    const name = aName()
    const entry = anEntry([newKey()])
    await put(name, { entry })
    await put(name, { entry, disabled: true }, { version: 1 })
    await remove(name, { version: 2 })
    const shown = await show(`${ADMIN_AUDIT_PATH}?client=${name}`, 'admin')
    const { entries, next } = auditPageSchema.parse(shown.body)
    expect(next).toBeNull()
    expect(entries).toMatchObject([
      { action: 'create', admin: 'admin', before: null, after: { version: 1, entry } },
      { action: 'update', before: { disabled: false }, after: { disabled: true } },
      { action: 'delete', before: { version: 2 }, after: null, evidence: { body: null } },
    ])
    const [first] = entries
    expect(first?.evidence.keyId).toBe(adminKeyOf('admin').keyId)
    expect(first?.evidence.signatureBase).toContain('"@method": PUT')
    expect(Buffer.from(first?.evidence.body ?? '', 'base64').toString()).toBe(
      JSON.stringify({ entry }),
    )
  })
})
