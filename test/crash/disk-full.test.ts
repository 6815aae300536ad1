/**
 * A full disk under a worker that `edge-issuer worker serve` runs: a small file system in a mount namespace of its own,
 * which a file fills.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignRequest } from '@edge-issuer/shared'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  SERVED_PATHS,
  startNewServed,
  startServed,
} from '@edge-issuer/testbed/worker/served-worker'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { it } from 'vitest'
import { createSignerClient } from '../../relay/src/public/signer.ts'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'

const CA_KEY = 'P-256'
const ISSUER = issuerName(CA_KEY)
const DEADLINE_MS = 20_000
const REQUESTS = 40
const DISK_BYTES = 33_554_432

/** Mounts the small file system on the data directory, `$0`, and keeps the namespace. */
const MOUNT = `mount -t tmpfs -o size=${String(DISK_BYTES)},mode=0700 tmpfs "$0" && echo && exec sleep 1000`

interface SmallDisk extends Disposable {
  /** Runs a command where the file system is mounted. */
  readonly wrapper: readonly string[]
  /** Leaves no byte free. */
  readonly fill: () => Promise<void>
  readonly makeRoom: () => Promise<void>
}

async function mountSmallDisk(data: string): Promise<SmallDisk> {
  await mkdir(data)
  const holder = spawn('unshare', ['-m', 'sh', '-c', MOUNT, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const pid = String(holder.pid)
  const filler = join(`/proc/${pid}/root`, data, 'filler')
  return {
    wrapper: ['nsenter', '-m', '-t', pid],
    fill: async () => {
      const isFull = await writeFile(filler, Buffer.alloc(DISK_BYTES), { flag: 'a' }).catch(
        (error: unknown) => String(error).includes('ENOSPC'),
      )
      if (isFull !== true) throw new Error('the disk is not full')
    },
    makeRoom: async () => rm(filler),
    [Symbol.dispose]: () => holder.kill(),
  }
}

/** @returns Why the test cannot run here. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return 'mount namespaces are of Linux'
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'a mount namespace needs unshare (util-linux) and root'
  }
}

it('a full disk is a temporary error, also for a worker that starts; nothing is lost, and room ends it', async ({
  expect,
  skip,
}) => {
  const reason = missing()
  if (reason !== undefined) skip(reason)
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-full-'))
  const [port = 0] = await freePorts(1)
  const tls = await createLoopbackTls()
  const setup = makeSignerSetup([CA_KEY])
  const data = join(directory, 'disk')
  using disk = await mountSmallDisk(data)
  const config = setup.config(`https://127.0.0.1:${String(port)}`)
  const files = { directory, config, secrets: setup.secrets, tls: tls.server }
  const options = { port, data, wrapper: disk.wrapper }
  await using worker = await startNewServed(files, options)
  const client = createSignerClient({
    url: worker.url,
    privateKeyPem: setup.client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!client.ok) throw new Error(client.error)
  const signer = client.value
  const sign = async (request: SignRequest): ReturnType<typeof signer.sign> =>
    signer.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))
  const chains = new Map<string, string>()
  const signAll = async (requests: readonly SignRequest[]): Promise<readonly string[]> => {
    const problems: string[] = []
    for (const request of requests) {
      const answer = await sign(request)
      if (!answer.ok) {
        problems.push(`${answer.error.code}: ${answer.error.message}`)
        continue
      }
      const known = chains.get(request.origin.uid)
      expect(answer.value.replayed).toBe(known !== undefined)
      if (known !== undefined) expect(answer.value.chain).toBe(known)
      chains.set(request.origin.uid, answer.value.chain)
    }
    return problems
  }

  const before = Array.from({ length: REQUESTS }, () => aSignRequest())
  expect(await signAll(before)).toEqual([])

  await disk.fill()
  const during = Array.from({ length: REQUESTS }, () => aSignRequest())
  const refused = await signAll(during)
  // Some may fit into what the database had allocated.
  expect(refused.length).toBeGreaterThan(REQUESTS / 2)
  for (const problem of refused) {
    expect(problem).toMatch(/^ledger_unavailable: /)
  }
  const log = async (): Promise<string> => readFile(join(directory, SERVED_PATHS.log), 'utf8')
  expect(await log()).toContain('database or disk is full')
  const isHealthy = async (): Promise<boolean> =>
    (await signer.health(ISSUER, AbortSignal.timeout(DEADLINE_MS))).ok
  expect(await isHealthy()).toBe(true)

  process.kill(worker.process.pid, 'SIGKILL')
  await worker.process.ended
  await disk.fill()
  await using restarted = await startServed({ directory, ...options })
  expect(await log()).toMatch(/warning: the disk of data directory ".*" is full/)
  expect(await isHealthy()).toBe(true)
  await disk.fill()
  for (const problem of await signAll(during)) expect(problem).toMatch(/^ledger_unavailable: /)

  await disk.makeRoom()
  expect(await signAll([...during, ...before])).toEqual([])
  expect(new Set(chains.values()).size).toBe(2 * REQUESTS)
  await signer.close()
  expect(await restarted.stop()).toBe(0)
  await rm(directory, { recursive: true })
})
