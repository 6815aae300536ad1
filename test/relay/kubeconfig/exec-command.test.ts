import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, it, vi } from 'vitest'
import { type ExecCommand, runExecCommand } from '../../../relay/src/kubeconfig/exec-command.ts'
import { aDirectory } from './fixtures.ts'

const options = (script: string, part: Partial<ExecCommand> = {}): ExecCommand => ({
  command: 'sh',
  args: ['-c', script],
  env: process.env,
  isInteractive: false,
  timeoutMs: 60_000,
  stderr: () => undefined,
  signal: new AbortController().signal,
  ...part,
})

/** Runs `command` with these folders before those of PATH. */
const runWith = async (folders: readonly string[], command = 'plugin'): Promise<unknown> => {
  vi.stubEnv('PATH', [...folders, process.env['PATH'] ?? ''].join(delimiter))
  return runExecCommand(options('', { command, args: [] }))
}

const HANGING = 'exec sleep 600'

describe('runExecCommand', () => {
  it.for([
    ['gives the output', 'printf a; printf b >&2; printf c', { ok: true, value: 'ac' }],
    ['gives no standard input', 'cat; echo end', { ok: true, value: 'end\n' }],
    [
      'reports an exit code',
      'echo secret; exit 9',
      { ok: false, error: 'failed with exit code 9' },
    ],
    ['reports a signal', 'kill -TERM $$', { ok: false, error: 'was ended by SIGTERM' }],
    [
      'ends one that writes without an end',
      'while :; do printf %01000d 0; done',
      {
        ok: false,
        error: 'wrote more than 1048576 bytes to standard output and was killed',
      },
    ],
  ] as const)('%s', async ([, script, wanted], { expect }) => {
    expect(await runExecCommand(options(script))).toEqual(wanted)
  })

  it('ends one that hangs, though a child of it has the output open', async ({ expect }) => {
    const outcome = runExecCommand(options('sleep 5 & wait', { timeoutMs: 100 }))
    expect(await outcome).toEqual({
      ok: false,
      error: 'did not end within 0.1 s and was killed',
    })
  })

  it.for(['before it starts', 'while it runs'])(
    'ends when this process ends: %s',
    async (when, { expect }) => {
      const controller = new AbortController()
      if (when === 'before it starts') controller.abort()
      const outcome = runExecCommand(options(HANGING, { signal: controller.signal }))
      controller.abort()
      expect(await outcome).toEqual({
        ok: false,
        error: 'was killed, because this process ends',
      })
    },
  )

  it('passes at most 64 KiB of standard error on', async ({ expect }) => {
    let text = ''
    const stderr = (part: string): void => void (text += part)
    const script = 'head -c 200000 /dev/zero | tr "\\0" x >&2'
    expect((await runExecCommand(options(script, { stderr }))).ok).toBe(true)
    expect(/^x+/u.exec(text)?.[0] === 'x'.repeat(65_536)).toBe(true)
    expect(text).toContain('[the rest of its output is dropped]')
  })

  it('finds a name in absolute folders of PATH only', async ({ expect, onTestFinished }) => {
    const folder = await aDirectory({ onTestFinished })
    await mkdir(join(folder, 'a'))
    await mkdir(join(folder, 'b'))
    await writeFile(join(folder, 'a', 'plugin'), '#!/bin/sh\necho a\n')
    await writeFile(join(folder, 'b', 'plugin'), '#!/bin/sh\necho b\n')
    await chmod(join(folder, 'b', 'plugin'), 0o755)
    onTestFinished(async () => void vi.unstubAllEnvs())
    expect(await runWith([])).toMatchObject({ error: { kind: 'not-found' } })
    expect(await runWith(['.', ''])).toMatchObject({ error: { kind: 'not-found' } })
    expect(await runWith([], join(folder, 'a', 'plugin'))).toMatchObject({
      error: { kind: 'not-found' },
    })
    expect(await runWith([join(folder, 'a'), join(folder, 'b')])).toEqual({
      ok: true,
      value: 'b\n',
    })
  })
})
