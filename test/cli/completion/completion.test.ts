/**
 * The completion scripts in the shells themselves. zsh and fish are tested where they are installed.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { COMMANDS } from '../../../cli/src/registry.ts'
import { runCli } from '../support/run-cli.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

const hasShell = (shell: Shell): boolean => spawnSync(shell, ['-c', 'true']).status === 0

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-issuer-completion-'))
  await mkdir(join(folder, 'a folder'))
  await writeFile(join(folder, 'a file'), '')
  for (const shell of SHELLS) {
    const { exitCode, stdout } = await runCli(['completion', shell], { cwd: folder })
    if (exitCode !== 0) throw new Error(`completion ${shell}`)
    await writeFile(join(folder, `script.${shell}`), stdout)
  }
})
afterAll(async () => rm(folder, { recursive: true }))

/** Runs a program of a shell in the folder. */
async function inShell(shell: Shell, program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand({
    command: shell,
    args: [shell === 'zsh' ? '-fc' : '-c', program, ...(shell === 'fish' ? [] : [shell]), ...args],
    cwd: folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, TERM: 'dumb' },
  })
  if (code !== 0) throw new Error(`${shell}: ${stderr}`)
  return stdout
}

/** @param words - The words so far; the last one is completed. */
async function bashSuggests(words: readonly string[]): Promise<readonly string[]> {
  const program = `source script.bash
COMP_WORDS=(edge-issuer "$@")
COMP_CWORD=$#
_edge_issuer
printf '%s\\n' "\${COMPREPLY[@]}"`
  return linesOf(await inShell('bash', program, ...words))
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

const fishSuggests = async (line: string): Promise<readonly string[]> =>
  linesOf(await inShell('fish', `source script.fish; complete -C ${JSON.stringify(line)}`)).map(
    (suggestion) => suggestion.split('\t')[0] ?? '',
  )

describe('bash', () => {
  it('suggests every first word', async ({ expect }) => {
    const words = [...new Set(COMMANDS.map(({ path }) => path.split(' ')[0] ?? ''))]
    expect((await bashSuggests([''])).toSorted()).toEqual(
      [...words, 'help', '--help', '--version'].toSorted(),
    )
  })

  it.for([
    { words: ['ca', ''], found: ['init', 'renew', '--help'] },
    { words: ['ca', 'i'], found: ['init'] },
    { words: ['ca', 'init', '--key-'], found: ['--key-type'] },
    { words: ['ca', 'init', '--key-type', 'p'], found: ['p256', 'p384', 'p521'] },
    // bash splits a word at the equals sign.
    { words: ['ca', 'init', '--key-type', '=', 'p3'], found: ['p384'] },
    { words: ['ca', 'init', '--key-type', '=', 'p384', '--key-'], found: ['--key-type'] },
    { words: ['ca', 'init', '--out', 'a'], found: ['a folder'] },
    { words: ['config', 'check', 'a'], found: ['a folder', 'a file'] },
    { words: ['clients', 'apply', '-f', 'a'], found: ['a folder', 'a file'] },
    {
      words: ['client', 'create', 'x', '--allow-usage', 'digital'],
      found: [String.raw`digital\ signature`],
    },
    { words: ['completion', ''], found: ['bash', 'zsh', 'fish'] },
    { words: ['completion', 'bash', ''], found: ['--help', '-h'] },
    { words: ['help', 'ce'], found: ['certificates'] },
    { words: ['help', 'help', ''], found: [] },
    { words: ['help', 'ca', ''], found: ['init', 'renew'] },
    { words: ['help', 'ca', 'init', ''], found: [] },
    { words: ['sign', '--url', ''], found: [] },
    { words: ['unknown', ''], found: [] },
  ])('suggests $found for $words', async ({ words, found }, { expect }) => {
    expect((await bashSuggests(words)).toSorted()).toEqual(found.toSorted())
  })

  it('suggests no flag of another command', async ({ expect }) => {
    const flags = await bashSuggests(['context', 'use', '--'])
    expect(flags).toEqual(['--help'])
  })
})

describe.skipIf(!hasShell('zsh'))('zsh, if it is installed', () => {
  /** A terminal with an interactive zsh: the line, Tab twice, until the pattern is in its output. */
  const PROGRAM = String.raw`
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=; autoload -U compinit; compinit -u -D; source script.zsh; print READY'
zpty -r z text '*READY*READY*'
zpty -w -n z "$1"$'\t\t'
zpty -r z text "*$2*"
zpty -d z
`

  it.for([
    { line: 'edge-issuer ca ', pattern: 'init*create a root CA*renew' },
    { line: 'edge-issuer ca init --key-type p', pattern: 'p256*p384*p521' },
    { line: 'edge-issuer ca init --key-t', pattern: '--key-type=' },
    { line: 'edge-issuer help ', pattern: 'ca *certificates*worker' },
    { line: 'edge-issuer help ca ', pattern: 'init*create a root CA*renew' },
    { line: 'edge-issuer completion ', pattern: 'bash*fish*zsh' },
    {
      line: 'edge-issuer client create x --allow-usage digit',
      pattern: String.raw`digital\\ signature`,
    },
    { line: 'edge-issuer worker init a', pattern: String.raw`a\\ folder/` },
  ])('suggests $pattern for $line', { timeout: 20_000 }, async ({ line, pattern }, { expect }) => {
    // Ends when the pattern appears.
    await expect(inShell('zsh', PROGRAM, line, pattern)).resolves.toBeDefined()
  })
})

describe.skipIf(!hasShell('fish'))('fish, if it is installed', () => {
  it.for([
    { line: 'edge-issuer ca ', found: ['init', 'renew'] },
    { line: 'edge-issuer ca init --key-', found: ['--key-type'] },
    { line: 'edge-issuer ca init --key-type p', found: ['p256', 'p384', 'p521'] },
    { line: 'edge-issuer ca init --out a', found: ['a folder/'] },
    { line: 'edge-issuer config check a', found: ['a file', 'a folder/'] },
    { line: 'edge-issuer help ce', found: ['certificates'] },
    { line: 'edge-issuer help ca ', found: ['init', 'renew'] },
    { line: 'edge-issuer completion ', found: ['bash', 'fish', 'zsh'] },
    { line: 'edge-issuer client create x --allow-usage digit', found: ['digital signature'] },
  ])('suggests $found for $line', async ({ line, found }, { expect }) => {
    expect((await fishSuggests(line)).toSorted()).toEqual(found.toSorted())
  })
})

it('names a shell that it does not know', async ({ expect }) => {
  const { exitCode, stderr } = await runCli(['completion', 'ksh'], { cwd: folder })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('unknown value "ksh"')
})
