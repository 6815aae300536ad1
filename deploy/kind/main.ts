/**
 * `npm run kind` and its steps: see {@link USAGE}.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { readCommandLine, USAGE, type KindCommand } from './command-line.ts'
import { runSteps, typed } from './run-steps.ts'
import { type Argv, type Step, STEPS } from './steps.ts'
import { missingTools } from './tools.ts'

const ROOT = new URL('../..', import.meta.url).pathname

const parsed = readCommandLine(process.argv.slice(2))
if (!parsed.ok) {
  process.stderr.write(`kind: ${parsed.error}\n\n${USAGE}`)
  process.exitCode = 2
} else if (parsed.value === 'help') {
  process.stdout.write(USAGE)
} else {
  process.exitCode = await perform(parsed.value)
}

async function perform({ steps: names, isDry }: KindCommand): Promise<number> {
  const steps: readonly Step[] = names.map((name) => STEPS[name])
  if (isDry) {
    for (const { commands } of steps)
      for (const { argv } of commands) process.stdout.write(`${typed(argv)}\n`)
    return 0
  }
  const missing = await missingTools(
    steps.flatMap(({ tools }) => tools),
    process.env,
  )
  for (const line of missing) process.stderr.write(`kind: ${line}\n`)
  if (missing.length > 0) return 1
  return runSteps(steps, { run, read, say: (line) => process.stdout.write(`${line}\n`) })
}

async function run([command, ...args]: Argv): Promise<number> {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : 1
}

async function read([command, ...args]: Argv): Promise<string> {
  const { code, stdout, stderr } = await runCommand({ command, args, env: process.env, cwd: ROOT })
  if (code !== 0) throw new Error(`${typed([command, ...args])}: ${stderr}`)
  return stdout
}
