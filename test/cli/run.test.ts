import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'vitest'
import { COMMANDS } from '../../cli/src/registry.ts'
import { VERSION } from '../../cli/src/version.ts'
import { runCli } from './support/run-cli.ts'

const cwd = '/'

describe('edge-issuer', () => {
  it.for([['--help'], ['-h'], ['help']])('%s lists every command', async (args, { expect }) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const { path, summary } of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^  ${path} +${summary}$`, 'm'))
    }
  })

  it('without a word prints the list as an error', async ({ expect }) => {
    const { exitCode, stdout, stderr } = await runCli([], { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Usage: edge-issuer <command> [flags]')
  })

  it.for(['--version', '-v'])(
    '%s names its version and that of the protocol',
    async (flag, { expect }) => {
      expect(await runCli([flag], { cwd })).toEqual({
        exitCode: 0,
        stdout: `edge-issuer ${VERSION} (protocol 1.3)\n`,
        stderr: '',
      })
    },
  )

  it.for(COMMANDS.map(({ path }) => path))(
    'help %s is its --help, with examples',
    async (path, { expect }) => {
      const words = path.split(' ')
      const help = await runCli(['help', ...words], { cwd })
      expect(help).toEqual(await runCli([...words, '--help'], { cwd }))
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      expect(help.stdout).toMatch(
        new RegExp(String.raw`\nExamples:\n  .*(edge-issuer|npm run) ${path}`),
      )
    },
  )

  it('help of a command that there is not has a hint', async ({ expect }) => {
    const { exitCode, stderr } = await runCli(['help', 'sgin'], { cwd })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'edge-issuer: unknown command "sgin"; did you mean "sign"?\n',
    })
  })

  it.for(['ca --help', 'help ca', 'ca help'])(
    '%s lists that group alone',
    async (words, { expect }) => {
      const { exitCode, stdout } = await runCli(words, { cwd })
      expect(exitCode).toBe(0)
      expect(stdout).toContain('Usage: edge-issuer ca <command> [flags]')
      expect(stdout).toContain('ca init')
      expect(stdout).not.toContain('client create')
    },
  )

  it.for([
    [['sgin'], 'edge-issuer: unknown command "sgin"; did you mean "sign"?\n'],
    [['ca', 'int'], 'edge-issuer: unknown command "ca int"; did you mean "ca init"?\n'],
    [['client'], 'Usage: edge-issuer client <command> [flags]'],
  ] as const)('%j is refused with a hint', async ([args, message], { expect }) => {
    const { exitCode, stderr } = await runCli(args, { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
  })

  it('names all commands when none is close', async ({ expect }) => {
    const { exitCode, stderr } = await runCli(['frobnicate'], { cwd })
    expect(exitCode).toBe(2)
    for (const { path } of COMMANDS) expect(stderr).toContain(path)
  })

  it('names the command in a usage error, and where to read on', async ({ expect }) => {
    const { exitCode, stderr } = await runCli(['health', '--bundel'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toBe(
      'edge-issuer health: --bundel: unknown flag; did you mean --bundle?\nRun "edge-issuer health --help" for usage.\n',
    )
  })

  it('gives the exit code to the shell', async ({ expect }) => {
    const main = new URL('../../cli/src/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [main, 'sign'], { stdio: 'ignore' })
    expect(await once(child, 'close')).toEqual([2, null])
  })
})
