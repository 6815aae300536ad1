/**
 * Two admins who change clients at once, against the real worker in workerd.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientEntry } from '@edge-issuer/signer-worker/config'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Applied, applyChanges } from '../../cli/src/clients/apply-changes.ts'
import { planChanges } from '../../cli/src/clients/plan.ts'
import {
  type ClientDirectory,
  createClientDirectory,
} from '../../cli/src/worker/directory-client.ts'
import { aJwks, anEntry } from './support/client-entries.ts'
import { startWorkerWithAdmins, type WorkerWithAdmins } from './support/worker-with-admins.ts'

let worker: WorkerWithAdmins
let directory: ClientDirectory

beforeAll(async () => {
  worker = await startWorkerWithAdmins()
  const opened = createClientDirectory({
    url: worker.signer.worker.url,
    privateKeyPem: await readFile(join(worker.directory, 'bob.admin.key'), 'utf8'),
    caBundlePem: worker.signer.tlsCaPem,
  })
  if (!opened.ok) throw new Error(opened.error)
  directory = opened.value
})

afterAll(async () => {
  await directory.close()
  await worker.stop()
})

type Wanted = Readonly<Record<string, ClientEntry>>

/** Bob applies `wanted`; after he has read the clients, and before he writes, `meanwhile` happens. */
async function bobApplies(
  wanted: Wanted,
  meanwhile: () => Promise<unknown>,
  prune: readonly string[] = [],
): Promise<Applied> {
  const list = await directory.list({ limit: '500', cursor: undefined })
  if (!list.ok) throw new Error(list.error.message)
  const names = new Set([...Object.keys(wanted), ...prune])
  const records = list.value.items.filter(({ name }) => names.has(name))
  const options = { prune: prune.length > 0, replaceJwks: false }
  const { changes } = planChanges(new Map(Object.entries(wanted)), records, options)
  await meanwhile()
  return applyChanges(directory, changes, {
    isDryRun: false,
    replaceJwks: false,
    onProgress: () => undefined,
  })
}

async function aliceApplies(wanted: Wanted, flags = ''): Promise<void> {
  await worker.writeClients('alice.yaml', wanted)
  await worker.must(`apply -f alice.yaml ${flags}`.trim())
}

describe('when alice writes first, bob', () => {
  it('reads what she changed, and his other clients are written', async ({ expect }) => {
    const [a, b] = [anEntry(), anEntry()]
    await aliceApplies({ a, b })
    const applied = await bobApplies(
      { a: { ...a, certificatesPerMinute: 1 }, b: { ...b, certificatesPerMinute: 2 } },
      async () => aliceApplies({ a: { ...a, repeatsPerMinute: 5 } }),
    )
    expect(applied.done).toMatchObject([{ name: 'b' }])
    expect(applied.failed).toMatchObject([
      { change: { name: 'a' }, error: { code: 'version_conflict', class: 'permanent' } },
    ])
    expect(applied.failed[0]?.error.message).toMatch(/update of repeatsPerMinute by admin "alice"/)
    expect(await worker.show('a')).toMatchObject({
      version: 2,
      entry: { certificatesPerMinute: 1200, repeatsPerMinute: 5 },
    })
  })

  it('has nothing to do if she made the same change', async ({ expect }) => {
    const entry = anEntry()
    await aliceApplies({ same: entry })
    const wanted = { same: { ...entry, certificatesPerMinute: 1 } }
    const applied = await bobApplies(wanted, async () => aliceApplies(wanted))
    expect(applied).toMatchObject({ done: [{ name: 'same' }], failed: [] })
    expect((await worker.show('same')).version).toBe(2)
  })

  it('does not overwrite a client that she created under the same name', async ({ expect }) => {
    const applied = await bobApplies({ twice: anEntry() }, async () =>
      aliceApplies({ twice: anEntry() }),
    )
    expect(applied.failed).toMatchObject([{ error: { code: 'version_conflict' } }])
  })

  it('writes his rules to a client that she has disabled, and it stays disabled', async ({
    expect,
  }) => {
    const entry = anEntry()
    await aliceApplies({ state: entry })
    const applied = await bobApplies({ state: { ...entry, certificatesPerMinute: 1 } }, async () =>
      worker.must('disable state'),
    )
    expect(applied).toMatchObject({ done: [{ name: 'state' }], failed: [] })
    expect(await worker.show('state')).toMatchObject({
      disabled: true,
      entry: { certificatesPerMinute: 1 },
    })
  })

  it('keeps token keys that were replaced meanwhile, as a relay does it', async ({ expect }) => {
    const identity = {
      issuer: 'https://k8s.example',
      jwks: aJwks('old'),
      subjects: ['system:serviceaccount:edge-issuer:edge-issuer-relay'],
    }
    const entry = anEntry({ keys: [], identity })
    await aliceApplies({ tokens: entry })
    const jwks = aJwks('new')
    const applied = await bobApplies({ tokens: { ...entry, certificatesPerMinute: 1 } }, async () =>
      aliceApplies(
        { tokens: anEntry({ keys: [], identity: { ...identity, jwks } }) },
        '--replace-jwks',
      ),
    )
    expect(applied).toMatchObject({ done: [{ name: 'tokens' }], failed: [] })
    expect(await worker.show('tokens')).toMatchObject({
      version: 3,
      entry: { certificatesPerMinute: 1, identity: { jwks } },
    })
  })

  it('does not remove a client that she has changed', async ({ expect }) => {
    const entry = anEntry()
    await aliceApplies({ pruned: entry })
    const applied = await bobApplies(
      {},
      async () => aliceApplies({ pruned: { ...entry, certificatesPerMinute: 1 } }),
      ['pruned'],
    )
    expect(applied.failed).toMatchObject([{ error: { code: 'version_conflict' } }])
    expect((await worker.show('pruned')).version).toBe(2)
  })

  it('has nothing to do for a client that she has removed', async ({ expect }) => {
    await aliceApplies({ removed: anEntry() })
    const applied = await bobApplies({}, async () => worker.must('remove removed'), ['removed'])
    expect(applied).toMatchObject({ done: [{ name: 'removed' }], failed: [] })
  })
})
