/**
 * When a response leaves: after the write-ahead log of the ledger is on the disk, as a trace of the system calls of
 * workerd shows.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import { startNewServed } from '@edge-issuer/testbed/worker/served-worker'
import { issuerName, makeSignerSetup } from '@edge-issuer/testbed/worker/signer-setup'
import { it } from 'vitest'
import { createSignerClient } from '../../relay/src/public/signer.ts'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'

const CA_KEY = 'P-256'
const ISSUER = issuerName(CA_KEY)
const REQUESTS = 20
const DEADLINE_MS = 20_000

const CALLS = 'pwrite64,writev,write,sendmsg,fsync,fdatasync'
/** The log of a ledger, not that of workerd's own database of alarms. */
const LEDGER_LOG = String.raw`<[^>]*/Ledger/[0-9a-f]{64}\.sqlite-wal>`
const WRITTEN = new RegExp(String.raw`\bpwrite64\(\d+${LEDGER_LOG}`)
const SYNCED = new RegExp(String.raw`\bf(?:data)?sync\(\d+${LEDGER_LOG}\)\s+= 0`)
const ANSWERED = /\b(?:writev|write|sendmsg)\(\d+<(?:socket|UNIX).*"HTTP\/1\.1 201 /

/** @returns Why the test cannot run here. */
function missing(): string | undefined {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'strace is not installed, or must not trace'
  }
}

it('each certificate is on the disk before its response leaves', async ({ expect, skip }) => {
  const reason = missing()
  if (reason !== undefined) skip(reason)
  const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-fsync-'))
  const [port = 0] = await freePorts(1)
  const tls = await createLoopbackTls()
  const setup = makeSignerSetup([CA_KEY])
  const config = setup.config(`https://127.0.0.1:${String(port)}`)
  const files = { directory, config, secrets: setup.secrets, tls: tls.server }
  await using worker = await startNewServed(files, { port })
  const client = createSignerClient({
    url: worker.url,
    privateKeyPem: setup.client.privateKeyPem,
    caBundlePem: tls.caPem,
  })
  if (!client.ok) throw new Error(client.error)
  const sign = async (): Promise<void> => {
    const answer = await client.value.sign(ISSUER, aSignRequest(), AbortSignal.timeout(DEADLINE_MS))
    if (!answer.ok) throw new Error(answer.error.message)
  }
  // Opens the ledger.
  await sign()

  const trace = join(directory, 'trace')
  const pid = String(await worker.workerdPid())
  const flags = ['-f', '-y', '-s', '32', '-e', `trace=${CALLS}`, '-o', trace, '-p', pid]
  const strace = spawn('strace', flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  const [message]: unknown[] = await once(strace.stderr, 'data')
  if (!String(message).includes('attached')) skip(`strace must not attach: ${String(message)}`)
  for (let request = 0; request < REQUESTS; request++) await sign()
  strace.kill('SIGINT')
  await once(strace, 'close')
  await client.value.close()

  const responses: string[] = []
  let last = 'nothing'
  for (const line of (await readFile(trace, 'utf8')).split('\n')) {
    if (WRITTEN.test(line)) last = 'written'
    if (SYNCED.test(line)) last = 'synced'
    if (!ANSWERED.test(line)) continue
    responses.push(last)
    last = 'nothing'
  }
  expect(responses).toEqual(Array.from({ length: REQUESTS }, () => 'synced'))
  expect(await worker.stop()).toBe(0)
  await rm(directory, { recursive: true })
})
