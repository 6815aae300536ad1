/**
 * A quarantine against the real worker in workerd.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey, generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startWorkerWithAdmins, type WorkerWithAdmins } from './support/worker-with-admins.ts'

let worker: WorkerWithAdmins

beforeAll(async () => {
  worker = await startWorkerWithAdmins()
  const extensions = [subjectAltName(generalName.dns('web.example.com'))]
  const csr = makeCsr({ key: aKey(), subject: name(), extensions })
  await writeFile(join(worker.directory, 'web.der'), csr)
})

afterAll(async () => worker.stop())

describe('clients quarantine', () => {
  it('refuses the next request, also of a client that the worker has just seen', async ({
    expect,
  }) => {
    const run = await worker.enrol('q')
    expect((await run('sign --csr web.der --uid before')).code).toBe(0)
    expect(await worker.must('quarantine q --reason stolen')).toContain('Quarantined client q.')
    const { code, stderr } = await run('sign --csr web.der --uid after')
    expect(code).toBe(5)
    expect(stderr).toContain('(client_quarantined)')
    expect(await worker.must('list')).toMatch(/^q +quarantined /m)
  })

  it('stays when the client is enabled, and ends with --lift', async ({ expect }) => {
    await worker.enrol('l')
    await worker.must('quarantine l')
    await worker.must('disable l')
    expect(await worker.must('enable l')).toMatch(
      /still quarantined; "edge-issuer clients quarantine l --lift --url \S+ --key \S+\.admin\.key --ca-file \S+"/,
    )
    expect(await worker.must('quarantine l --lift')).toContain('Ended the quarantine of client l')
    expect(await worker.show('l')).toMatchObject({ quarantined: false, disabled: false })
  })

  it('outlives the client', async ({ expect }) => {
    await worker.enrol('o')
    await worker.must('quarantine o')
    await worker.must('remove o')
    const { code, stderr } = await worker.clients('add o --key o.client.json')
    expect(code).toBe(0)
    expect(stderr).toContain('client o is quarantined from before it was removed')
    expect(await worker.show('o')).toMatchObject({ quarantined: true })
  })

  it('is not for the role read', async ({ expect }) => {
    await worker.enrol('r')
    const { code, stderr } = await worker.clients('quarantine r', 'reader')
    expect(code).toBe(3)
    expect(stderr).toContain('(role_missing)')
    expect(await worker.show('r')).toMatchObject({ quarantined: false })
  })
})
