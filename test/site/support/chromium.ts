/**
 * A browser without a window, by the protocol of its developer tools.
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess, waitUntilReady } from '@edge-issuer/testbed/processes/process'
import { runIfFound } from '@edge-issuer/testbed/processes/run-if-found'
import { z } from 'zod'

/** Names of the program in distributions and on GitHub's runners. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'] as const
const START_TIMEOUT_MS = 60_000
const STOP_GRACE_MS = 5000

const messageSchema = z.looseObject({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
})

/** Something that happened in the page. */
export interface PageEvent {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A browser with one page. */
export interface Browser {
  /** All that happened since the start. */
  readonly events: readonly PageEvent[]
  /** Calls a method of the protocol for the page. @throws Error with the message of the browser */
  readonly call: (method: string, params?: object) => Promise<Readonly<Record<string, unknown>>>
  /** Evaluates an expression in the page; a promise is awaited. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** @returns The browser's program; nothing where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const { PATH, HOME } = process.env
    const found = await runIfFound({ command: program, args: ['--version'], env: { PATH, HOME } })
    if (found?.code === 0) return program
  }
  return undefined
}

/** Starts a browser with a new profile. */
export async function openBrowser(program: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'edge-issuer-chromium-'))
  const { PATH } = process.env
  const browser = await startProcess({
    name: program,
    command: program,
    args: [
      '--headless=new',
      // The pages are our own, and root, as in a container, has no sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    env: { PATH, HOME: profile },
    logFile: join(profile, 'browser.log'),
  })
  const portFile = join(profile, 'DevToolsActivePort')
  await waitUntilReady(browser, {
    probe: async () => (await readFile(portFile, 'utf8')).includes('\n'),
    timeoutMs: START_TIMEOUT_MS,
  })
  const [port = '', path = ''] = (await readFile(portFile, 'utf8')).split('\n')
  const connection = await connect(`ws://127.0.0.1:${port}${path}`)
  const page = await attach(connection)
  return {
    events: connection.events,
    ...page,
    close: async () => {
      connection.close()
      await browser.stop(STOP_GRACE_MS)
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

type Send = (
  method: string,
  params: object,
  sessionId?: string,
) => Promise<Readonly<Record<string, unknown>>>

interface Connection {
  readonly events: readonly PageEvent[]
  readonly send: Send
  readonly close: () => void
}

async function connect(url: string): Promise<Connection> {
  const events: PageEvent[] = []
  const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>()
  const socket = new WebSocket(url)
  const opened = Promise.withResolvers<undefined>()
  socket.addEventListener('open', () => opened.resolve(undefined))
  socket.addEventListener('error', () => opened.reject(new Error(`${url} does not respond`)))
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser has ended'))
  })
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result, error } = messageSchema.parse(JSON.parse(String(data)))
    if (method !== undefined) events.push({ method, params })
    const answer = id === undefined ? undefined : waiting.get(id)
    if (error !== undefined) answer?.reject(new Error(error.message))
    else answer?.resolve(result ?? {})
  })
  await opened.promise
  let last = 0
  return {
    events,
    send: async (method, params, sessionId) => {
      const id = ++last
      const answer = Promise.withResolvers<Readonly<Record<string, unknown>>>()
      waiting.set(id, answer)
      socket.send(JSON.stringify({ id, method, params, sessionId }))
      return answer.promise.finally(() => waiting.delete(id))
    },
    close: () => socket.close(),
  }
}

const evaluatedSchema = z.looseObject({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
})

async function attach({ send }: Connection): Promise<Pick<Browser, 'call' | 'evaluate'>> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const call: Browser['call'] = async (method, params = {}) =>
    send(method, params, String(sessionId))
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await call(`${domain}.enable`)
  return {
    call,
    evaluate: async (expression) => {
      const answer = await call('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })
      const { result, exceptionDetails } = evaluatedSchema.parse(answer)
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return result.value
    },
  }
}
