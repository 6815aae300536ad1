import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { commonName, generalName, subjectAltName } from '@edge-issuer/testbed/pki/x509'
/**
 * Rows that one certificate writes, as Cloudflare bills them: in its ledger and in the index. docs/cost.md has them.
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { ROWS_PER_CERTIFICATE } from '../../../docs/tools/cost-model.ts'
import { send } from '../support/app.ts'
import { keyOf } from '../support/fixture.ts'
import { indexLedgers } from '../support/index.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { post } from '../support/signed.ts'

const CLIENT = 'cluster-1'

/** Counts the rows that an object writes from now on. @returns Reads and resets the number. */
async function countRows<T extends Rpc.DurableObjectBranded | undefined>(
  stub: DurableObjectStub<T>,
): Promise<() => number> {
  const cursors: { readonly rowsWritten: number }[] = []
  await runInDurableObject(stub, (_object, { storage: { sql } }) => {
    const exec = sql.exec.bind(sql)
    Reflect.set(sql, 'exec', (query: string, ...values: readonly SqlStorageValue[]) => {
      const cursor = exec(query, ...values)
      cursors.push(cursor)
      return cursor
    })
  })
  return () => cursors.splice(0).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
}

it('a certificate with three names', async ({ expect }) => {
  const names = ['a', 'b', 'c'].map((name) => generalName.dns(`${name}.counted.example`))
  const csr = makeCsr({
    subject: commonName('a.counted.example'),
    extensions: [subjectAltName(...names)],
  })
  const issue = async (): Promise<number> =>
    (await send(post(aSignRequest({ csr }), { key: keyOf(CLIENT) }))).status
  // The first one registers the ledger.
  expect(await issue()).toBe(201)
  const ledgerRows = await countRows(env.LEDGER.getByName(`v1:default:${CLIENT}:0`))
  const indexRows = await countRows(env.INDEX.getByName('v1:default'))
  await indexLedgers({ issuer: 'default', client: CLIENT })
  ledgerRows()
  indexRows()
  expect(await issue()).toBe(201)
  const signed = ledgerRows()
  await indexLedgers({ issuer: 'default', client: CLIENT })
  expect({ ledger: signed, sent: ledgerRows(), index: indexRows() }).toEqual(ROWS_PER_CERTIFICATE)
})
