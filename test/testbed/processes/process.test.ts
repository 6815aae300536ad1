import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import {
  type ManagedProcess,
  type ProcessOptions,
  ProcessStartError,
  runCommand,
  startProcess,
  waitUntilReady,
  whenEnded,
} from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterEach, beforeEach, describe, it } from 'vitest'

const TIMEOUT_MS = 20_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-test-'))
})
afterEach(async () => rm(folder, { recursive: true }))

/** A Node process that runs this program. */
function nodeProgram(program: string): ProcessOptions {
  return {
    name: 'subject',
    command: process.execPath,
    args: ['--input-type=module', '--eval', program],
    env: {},
    logFile: join(folder, 'subject.log'),
  }
}

/** Starts the program and waits until it has written "ready". */
async function startReady(program: string): Promise<ManagedProcess> {
  const started = await startProcess(nodeProgram(program))
  const probe = async (): Promise<boolean> =>
    (await readFile(started.logFile, 'utf8')).includes('ready')
  return waitUntilReady(started, { probe, timeoutMs: TIMEOUT_MS })
}

/** A probe that asks a server which never answers. */
async function hang(signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted) await once(signal, 'abort')
  return false
}

const FOR_EVER = 'setInterval(() => {}, 1000);'
const DEAF = `process.on('SIGTERM', () => {}); ${FOR_EVER}`

describe('startProcess', () => {
  it('stops a process with SIGTERM', async ({ expect }) => {
    const started = await startReady(`${FOR_EVER} console.log('ready')`)
    expect(started.end()).toBeUndefined()
    const end = await started.stop(TIMEOUT_MS)
    expect(end).toEqual({ code: null, signal: 'SIGTERM' })
    expect(started.end()).toEqual(end)
    expect(await isProcessAlive(started.pid)).toBe(false)
  })

  it('kills what does not end within the grace', async ({ expect }) => {
    const started = await startReady(`${DEAF} console.log('ready')`)
    expect(await started.stop(1)).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stops a process that has ended already', async ({ expect }) => {
    const started = await startProcess(nodeProgram('process.exit(3)'))
    await started.ended
    expect(await started.stop(TIMEOUT_MS)).toEqual({ code: 3, signal: null })
  })

  it('passes on no environment but the given one', async ({ expect }) => {
    const program = 'console.log(JSON.stringify(process.env.GIVEN), process.env.HOME)'
    const started = await startProcess({ ...nodeProgram(program), env: { GIVEN: 'x' } })
    await started.ended
    expect(await started.logTail()).toBe('"x" undefined')
  })

  it('rejects when there is no such command', async ({ expect }) => {
    const options = { ...nodeProgram(''), command: join(folder, 'missing') }
    await expect(startProcess(options)).rejects.toThrow('ENOENT')
  })
})

describe('waitUntilReady', () => {
  it('reports an early end with the last lines of this run', async ({ expect }) => {
    const options = nodeProgram(`console.error('bad flag'); process.exit(7)`)
    await appendFile(options.logFile, 'a line of an earlier run\n')
    const started = await startProcess(options)
    const error: unknown = await waitUntilReady(started, {
      probe: async () => false,
      timeoutMs: TIMEOUT_MS,
    }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProcessStartError)
    expect(error).toMatchObject({
      isPortTaken: false,
      message: `subject ended with exit code 7 before it was ready; the end of ${options.logFile}:\nbad flag`,
    })
  })

  it('kills a process that is not ready in time', async ({ expect }) => {
    const started = await startProcess(nodeProgram(FOR_EVER))
    const neverReady = { probe: async () => Promise.reject(new Error('no')), timeoutMs: 1 }
    await expect(waitUntilReady(started, neverReady)).rejects.toThrow(
      'subject was not ready within 1 ms',
    )
    expect(await started.ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stops the process when it is broken off', async ({ expect }) => {
    const started = await startProcess(nodeProgram(FOR_EVER))
    const reason = new Error('interrupted')
    const broken = waitUntilReady(started, {
      probe: async () => false,
      timeoutMs: TIMEOUT_MS,
      signal: AbortSignal.abort(reason),
    })
    await expect(broken).rejects.toBe(reason)
    expect(started.end()).toEqual({ code: null, signal: 'SIGTERM' })
  })

  it('aborts a probe that waits when the process ends', async ({ expect }) => {
    const started = await startProcess(nodeProgram('process.exit(7)'))
    await expect(waitUntilReady(started, { probe: hang, timeoutMs: TIMEOUT_MS })).rejects.toThrow(
      'ended with exit code 7',
    )
  })

  it.for(['listen tcp 127.0.0.1:1: bind: address already in use', 'Error: listen EADDRINUSE'])(
    'sees from the log that a port was taken: %s',
    async (line, { expect }) => {
      const started = await startProcess(nodeProgram(`console.error(${JSON.stringify(line)})`))
      const readiness = { probe: async () => false, timeoutMs: TIMEOUT_MS }
      await expect(waitUntilReady(started, readiness)).rejects.toMatchObject({ isPortTaken: true })
    },
  )
})

describe('the end of the process that started others', () => {
  const endings = [
    { how: 'exits', ending: 'process.exit(0)', end: { code: 0, signal: null } },
    { how: 'throws', ending: `throw new Error('x')`, end: { code: 1, signal: null } },
    ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({
      how: `gets ${signal}`,
      ending: `process.kill(process.pid, '${signal}'); ${FOR_EVER}`,
      end: { code: null, signal },
    })),
    {
      how: 'handles a signal itself and exits',
      ending: `process.on('SIGTERM', () => process.exit(5)); process.kill(process.pid, 'SIGTERM'); ${FOR_EVER}`,
      end: { code: 5, signal: null },
    },
  ]

  it.for(endings)('ends them when it $how', async ({ ending, end }, { expect }) => {
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `
        import { startProcess } from ${JSON.stringify(import.meta.resolve('../../../testbed/src/processes/process.ts'))}
        const child = await startProcess(${JSON.stringify(nodeProgram(DEAF))})
        process.stdout.write(String(child.pid), () => { ${ending} })
      `,
    ])
    const closed = once(parent, 'close')
    const [pid]: unknown[] = await once(parent.stdout, 'data')
    const [code, signal]: unknown[] = await closed
    expect({ code, signal }).toEqual(end)
    await pollUntil({
      what: 'the child to end',
      probe: async () => !(await isProcessAlive(Number(String(pid)))),
      timeoutMs: TIMEOUT_MS,
    })
  })
})

describe('runCommand', () => {
  it('gives back the code and both outputs, and hands the input over', async ({ expect }) => {
    const heard: string[] = []
    const { command, args, env } = nodeProgram(
      `process.stdin.pipe(process.stdout); console.error('why'); process.exitCode = 4`,
    )
    const onStderr = (text: string): void => void heard.push(text)
    const result = await runCommand({ command, args, env, stdin: 'in', onStderr })
    expect(result).toEqual({ code: 4, stdout: 'in', stderr: 'why\n' })
    expect(heard.join('')).toBe('why\n')
  })

  it('says 128 when a signal ended the command', async ({ expect }) => {
    const { command, args, env } = nodeProgram(`process.kill(process.pid, 'SIGKILL')`)
    expect((await runCommand({ command, args, env })).code).toBe(128)
  })
})

describe('a command that is broken off', () => {
  it('is killed, and the reason is thrown', async ({ expect }) => {
    const { command, args, env } = nodeProgram(FOR_EVER)
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const running = runCommand({ command, args, env, signal: controller.signal })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
  })

  it('is not started when that is known', async ({ expect }) => {
    const reason = new Error('interrupted')
    const signal = AbortSignal.abort(reason)
    const options = { command: join(folder, 'missing'), args: [], env: {}, signal }
    await expect(runCommand(options)).rejects.toBe(reason)
  })
})

it('whenEnded has the last lines of the log', async ({ expect }) => {
  const options = nodeProgram("console.error('no lease'); process.exit(4)")
  const error = await whenEnded(await startProcess(options))
  expect(error.message).toBe(
    `subject ended with exit code 4; the end of ${options.logFile}:\nno lease`,
  )
})
