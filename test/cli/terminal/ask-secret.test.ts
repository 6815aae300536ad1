/** The command at a pseudo-terminal, which util-linux's `script` makes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { openssl } from '../support/openssl.ts'
import { temporaryFolder } from '../support/run-cli.ts'

const MAIN = new URL('../../../cli/src/main.ts', import.meta.url).pathname
const COMMAND = `'${process.execPath}' '${MAIN}' ca init --encrypt-root-key`

interface Session {
  readonly code: number | null
  readonly shown: string
}

/** Types each answer when its question is shown. */
async function converse(
  cwd: string,
  answers: readonly (readonly [string, string])[],
): Promise<Session> {
  const child = spawn('script', ['--quiet', '--return', '--command', COMMAND, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb' },
  })
  const left = [...answers]
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk
    const [next] = left
    if (next === undefined || !shown.endsWith(`${next[0]}: `)) return
    left.shift()
    child.stdin.write(next[1])
  })
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, shown }
}

const QUESTION = 'Passphrase for the new root key'

describe('a passphrase at a terminal', { timeout: 60_000 }, () => {
  it('is asked for twice, not shown, and can be corrected', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { code, shown } = await converse(cwd, [
      [QUESTION, 'correct horse battery stable\u007F\u007F\u007Fple\r'],
      [`${QUESTION}, again`, 'correct horse battery staple\r'],
    ])
    expect(code).toBe(0)
    expect(shown).not.toMatch(/horse|st[ab]ple/)
    expect(await readFile(join(cwd, 'ca/root/ca.key'), 'utf8')).toContain('BEGIN ENCRYPTED')
    await writeFile(join(cwd, 'pass'), 'correct horse battery staple\n')
    const check = await openssl('pkey -in ca/root/ca.key -noout -passin file:pass', cwd)
    expect(check.exitCode).toBe(0)
  })

  it('Ctrl-C ends the command with 130, and nothing is made', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { code, shown } = await converse(cwd, [[QUESTION, 'correct\u0003']])
    expect(code).toBe(130)
    expect(shown).not.toContain('correct')
    expect((await openssl('pkey -in ca/root/ca.key -noout', cwd)).exitCode).not.toBe(0)
  })
})
