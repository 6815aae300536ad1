/**
 * A server that `edge-issuer worker serve` runs, and what an operator does with its files.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import {
  SERVED_PATHS,
  type ServedWorker,
  startNewServed,
  startServed,
} from '@edge-issuer/testbed/worker/served-worker'
import {
  issuerName,
  makeSignerSetup,
  type SignerSetup,
} from '@edge-issuer/testbed/worker/signer-setup'
import { vi } from 'vitest'
import { createSignerClient } from '../../../../relay/src/public/signer.ts'
import { aSignRequest } from '../../../signer-worker/support/sign-request.ts'

/** METRICS_TOKEN; its file ends with a newline. */
export const TOKEN = 'a-token-of-more-than-32-characters-xyz'

const CA_KEY = 'P-256'
const ISSUER = issuerName(CA_KEY)
/** How long a test waits for a line of the log, or for an answer, in ms. */
export const DEADLINE_MS = 20_000

/** One server with its files. */
export class ServeHarness implements AsyncDisposable {
  readonly setup: SignerSetup = makeSignerSetup([CA_KEY])
  readonly directory: string
  readonly port: number
  /** What clients trust. */
  caPem = ''
  served: ServedWorker

  private constructor(directory: string, port: number, served: ServedWorker) {
    this.directory = directory
    this.port = port
    this.served = served
  }

  /** Starts a server with one issuer and one client, in a directory of its own. */
  static async start(): Promise<ServeHarness> {
    const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-serve-'))
    const [port = 0] = await freePorts(1)
    const setup = makeSignerSetup([CA_KEY])
    const tls = await createLoopbackTls()
    const served = await startNewServed(
      {
        directory,
        config: setup.config(`https://127.0.0.1:${String(port)}`),
        secrets: { ...setup.secrets, METRICS_TOKEN: `${TOKEN}\n` },
        tls: tls.server,
      },
      { port },
    )
    const harness = new ServeHarness(directory, port, served)
    return Object.assign(harness, { setup, caPem: tls.caPem })
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** Starts the command again, after it has ended. */
  async restart(): Promise<void> {
    await this.served.stop()
    const { directory, port } = this
    this.served = await startServed({ directory, port })
  }

  /** Pid of workerd, which must run. */
  async workerdPid(): Promise<number> {
    const pid = await this.served.workerdPid()
    if (pid === undefined) throw new Error('workerd does not run')
    return pid
  }

  /** The command line of workerd. */
  async workerdCommandLine(): Promise<readonly string[]> {
    const text = await readFile(`/proc/${String(await this.workerdPid())}/cmdline`, 'utf8')
    return text.split('\0')
  }

  /** The directory of workerd's socket. */
  async runtimeDirectory(): Promise<string> {
    const config = (await this.workerdCommandLine()).find((arg) => arg.endsWith('.capnp')) ?? ''
    return join(config, '..')
  }

  async log(): Promise<string> {
    return readFile(this.path(SERVED_PATHS.log), 'utf8')
  }

  /** Runs a change, and waits for a line of the log that was not there before. */
  async logged(pattern: RegExp, change: () => Promise<void>): Promise<void> {
    const from = (await this.log()).length
    await change()
    await vi.waitFor(
      async () => {
        const text = (await this.log()).slice(from)
        if (!pattern.test(text)) throw new Error(`no ${String(pattern)} in:\n${text}`)
      },
      { timeout: DEADLINE_MS, interval: 100 },
    )
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text)
  }

  /** Runs a check while a file has another text. */
  async withText(name: string, text: string, check: () => Promise<void>): Promise<void> {
    const before = await readFile(this.path(name), 'utf8')
    await this.write(name, text)
    try {
      await check()
    } finally {
      await this.write(name, before)
    }
  }

  /** The configuration with other members. */
  async configWith(members: object): Promise<string> {
    const before: unknown = JSON.parse(await readFile(this.path(SERVED_PATHS.config), 'utf8'))
    return JSON.stringify({ ...Object(before), ...members })
  }

  /** @returns Whether the certificate was issued before. @throws Error for a refusal */
  async sign(request = aSignRequest()): Promise<boolean> {
    const client = createSignerClient({
      url: this.served.url,
      privateKeyPem: this.setup.client.privateKeyPem,
      caBundlePem: this.caPem,
    })
    if (!client.ok) throw new Error(client.error)
    const answer = await client.value.sign(ISSUER, request, AbortSignal.timeout(DEADLINE_MS))
    await client.value.close()
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
    return answer.value.replayed
  }

  /** A connection whose server is verified. */
  async connect(): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', port: this.port, ca: this.caPem })
    await once(socket, 'secureConnect')
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served.stop()
    await rm(this.directory, { recursive: true })
  }
}

/** @returns The answer to a GET, with its headers; the connection is closed. */
export async function get(
  socket: TLSSocket,
  path: string,
  headers: readonly string[] = [],
): Promise<string> {
  const head = [`GET ${path} HTTP/1.1`, 'host: ca', 'connection: close', ...headers]
  // Ends its side with the request.
  socket.end([...head, '', ''].join('\r\n'))
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}
