/**
 * The figures of the fleet.
 *
 * @module
 */
import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_CLIENTS_PATH,
  adminCertificatePath,
} from '@edge-issuer/shared'
import * as z from 'zod'
import { processCpuSeconds } from '../process-cpu.ts'
import { median } from '../statistics.ts'
import type { Fleet } from './fleet.ts'

const certificatesSchema = z.object({
  certificates: z.array(z.object({ serialNumber: z.string() })),
  next: z.string().nullable(),
})

/** Between two looks at the index. */
const POLL_MS = 50

/** Issues a burst. @returns how long after its last answer the list has all of it, in milliseconds */
export async function measureIndexLag(fleet: Fleet, burst: number): Promise<number> {
  const issuedAfter = new Date().toISOString()
  const lastMs = await fleet.issue(burst)
  for (;;) {
    if ((await countListed(fleet, issuedAfter)) >= burst) return Date.now() - lastMs
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS)
    })
  }
}

async function countListed(fleet: Fleet, issuedAfter: string): Promise<number> {
  let listed = 0
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = new URLSearchParams({ issuedAfter, limit: '500' })
    if (cursor !== '') query.set('cursor', cursor)
    const page = certificatesSchema.parse(
      await fleet.askAsAdmin(`${ADMIN_CERTIFICATES_PATH}?${query.toString()}`),
    )
    listed += page.certificates.length
    cursor = page.next
  }
  return listed
}

/** What an admin asks, each in a new process: the median of its times, and the most objects that it opened. */
export async function measureReads(
  fleet: Fleet,
  rounds: number,
): Promise<Readonly<Record<'listMs' | 'showMs' | 'clientsListMs' | 'objectsWoken', number>>> {
  const list = certificatesSchema.parse(await fleet.askAsAdmin(ADMIN_CERTIFICATES_PATH))
  const serialNumber = list.certificates.at(-1)?.serialNumber ?? ''
  const found = {
    listMs: await readIn(fleet, ADMIN_CERTIFICATES_PATH, rounds),
    showMs: await readIn(fleet, adminCertificatePath(serialNumber), rounds),
    clientsListMs: await readIn(fleet, ADMIN_CLIENTS_PATH, rounds),
  }
  return {
    listMs: median(found.listMs.millis),
    showMs: median(found.showMs.millis),
    clientsListMs: median(found.clientsListMs.millis),
    objectsWoken: Math.max(...Object.values(found).flatMap(({ woken }) => woken)),
  }
}

interface Reads {
  readonly millis: readonly number[]
  readonly woken: readonly number[]
}

async function readIn(fleet: Fleet, path: string, rounds: number): Promise<Reads> {
  const millis: number[] = []
  const woken: number[] = []
  for (let round = 0; round < rounds; round++) {
    await restart(fleet)
    const before = await openDatabases(fleet.worker.pid)
    const start = performance.now()
    await fleet.askAsAdmin(path)
    millis.push(performance.now() - start)
    const after = await openDatabases(fleet.worker.pid)
    woken.push([...after].filter((name) => !before.has(name)).length)
  }
  return { millis, woken }
}

/** Ends the process and starts another one, which has read its configuration and its genesis record. */
async function restart({ worker, askAsAdmin }: Fleet): Promise<void> {
  await worker.restart()
  // Refused for its query, before any other object is asked.
  await askAsAdmin(`${ADMIN_CERTIFICATES_PATH}?limit=0`).catch(() => undefined)
}

/** Databases of Durable Objects that a process has open: one for each object that it has woken. */
async function openDatabases(pid: number): Promise<ReadonlySet<string>> {
  const folder = join('/proc', String(pid), 'fd')
  const names = await Promise.all(
    (await readdir(folder)).map(async (fd) => readlink(join(folder, fd)).catch(() => '')),
  )
  return new Set(
    names.filter((name) => name.endsWith('.sqlite') && !name.endsWith('metadata.sqlite')),
  )
}

/** @returns processor time of the first request with many clients, above that with one, in milliseconds */
export async function measureFirstRequest(
  { many, one }: { readonly many: Fleet; readonly one: Fleet },
  rounds: number,
): Promise<number> {
  const above: number[] = []
  for (let round = 0; round < rounds; round++) {
    const withMany = await firstRequestCpuMs(many)
    above.push(withMany - (await firstRequestCpuMs(one)))
  }
  return median(above)
}

async function firstRequestCpuMs({ worker, askAsClient }: Fleet): Promise<number> {
  await worker.restart()
  const before = (await processCpuSeconds(worker.pid)) ?? 0
  await askAsClient()
  return (((await processCpuSeconds(worker.pid)) ?? 0) - before) * 1000
}
