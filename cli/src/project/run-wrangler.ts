import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
/**
 * Runs the wrangler of a project.
 *
 * @module
 */
import { installedPath } from '../files/installed-path.ts'
import type { Io } from '../terminal/io.ts'
import { notInstalled } from './check-versions.ts'
import type { Project } from './open-project.ts'
import { BUNDLE_ONLY } from './wrangler-build.ts'

/** Characters of wrangler's errors that are searched for a known reason; the reason comes last. */
const MAX_ERROR_CHARACTERS = 65_536

/** Reasons for which wrangler's own message does not say what to do. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /CLOUDFLARE_API_TOKEN environment variable|not authenticated|wrangler login|Authentication error|code: 10000/i,
    'wrangler is not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID',
  ],
  [
    /fetch failed|unable to resolve|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network (?:error|issue)/i,
    "Cloudflare's API (api.cloudflare.com) cannot be reached; check the network, and HTTPS_PROXY if there is a proxy",
  ],
  [/more than one account/i, 'the login has more than one account; set CLOUDFLARE_ACCOUNT_ID'],
]

/** Result of {@link runWrangler}. */
export interface WranglerRun {
  /** What to do about its failure; `undefined` if it succeeded. */
  readonly problem: string | undefined
  /** What it printed; empty where the output is the terminal itself. */
  readonly output: string
  readonly errors: string
}

/** Options of {@link runWrangler}. */
interface WranglerOptions {
  readonly io: Io
  /** Whether the output is for the user. */
  readonly isShown: boolean
}

/**
 * Runs `wrangler deploy` in the folder of a project that was checked. Its output goes to the terminal.
 *
 * @returns An error that says what to do if wrangler fails.
 */
export async function runWranglerDeploy(
  project: Project,
  args: readonly string[],
  io: Io,
): Promise<Result<void, string>> {
  const run = await runWrangler(project, ['deploy', ...args], { io, isShown: true })
  if (!run.ok) return run
  const { problem } = run.value
  return problem === undefined
    ? ok(undefined)
    : err(`${problem}. Nothing was deployed unless wrangler says so`)
}

/** Runs a command of wrangler in the folder of the project. @returns An error if it is not installed. */
export async function runWrangler(
  project: Project,
  args: readonly string[],
  { io, isShown }: WranglerOptions,
): Promise<Result<WranglerRun, string>> {
  const packagePath = installedPath(project.folder, 'wrangler/package.json')
  if (packagePath === undefined) return err(notInstalled('wrangler', project))
  const child = spawn(process.execPath, [join(dirname(packagePath), 'bin/wrangler.js'), ...args], {
    cwd: project.folder,
    env: { ...io.env, [BUNDLE_ONLY]: '1' },
    stdio: ['inherit', io.isTerminal && isShown ? 'inherit' : 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    if (isShown) io.stdout(chunk.toString())
    else output += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString()
    if (isShown) io.stderr(text)
    errors = (errors + text).slice(-MAX_ERROR_CHARACTERS)
  })
  const [code, signal]: unknown[] = await once(child, 'close')
  if (code === 0) return ok({ problem: undefined, output, errors })
  const end = typeof code === 'number' ? `with exit code ${String(code)}` : `by ${String(signal)}`
  const reason = REASONS.find(([pattern]) => pattern.test(errors))?.[1]
  const problem = `wrangler ${commandOf(args)} ended ${end}; ${reason ?? 'the message of wrangler is above'}`
  return ok({ problem, output, errors })
}

/** The words before the flags. */
function commandOf(args: readonly string[]): string {
  const flag = args.findIndex((arg) => arg.startsWith('-'))
  return args.slice(0, flag < 0 ? args.length : flag).join(' ')
}
