/**
 * Rules for jobs that can publish or attest: nothing is built there, and no code runs that came from a
 * package registry, from this repository, or from anyone but GitHub. What they publish is handed over by
 * jobs without such rights, and its digest is checked first.
 *
 * @module
 */
import { isScalar, parseDocument, visit } from 'yaml'
import type { Workflow } from './rules.ts'

/** Actions of GitHub that read artifacts, sign attestations, or install Node. */
const ALLOWED_ACTIONS: ReadonlySet<string> = new Set([
  'actions/download-artifact',
  'actions/attest-build-provenance',
  'actions/deploy-pages',
  // Node from GitHub's builds, for its npm.
  'actions/setup-node',
])

/** Programs of the runner image that run no code of others. */
const ALLOWED_COMMANDS: ReadonlySet<string> = new Set([
  'echo',
  'test',
  'sha256sum',
  'find',
  'sort',
  'xargs',
  'tar',
  'jq',
  'cut',
  'base64',
  'openssl dgst',
  'skopeo',
  'docker login',
  'gh release',
  'helm push',
  'helm registry',
  'npm view',
  // Of a tarball, without scripts.
  'npm publish',
])

type Job = Workflow['jobs'][string]

/** @returns Whether a job may write anything: publish a package or a release, sign an attestation. */
const isPrivileged = ({ permissions = {} }: Job): boolean =>
  Object.values(permissions).some((level) => level !== 'read' && level !== 'none')

/** Violations in the jobs of a workflow that are privileged, each with the name of its job. */
export const privilegedProblems = ({ jobs }: Workflow): readonly string[] =>
  Object.entries(jobs)
    .filter(([, job]) => isPrivileged(job))
    .flatMap(([name, job]) => jobProblems(job).map((problem) => `job ${name}: ${problem}`))

function jobProblems(job: Job): readonly string[] {
  const { uses, container, services, 'runs-on': runner } = job
  return [
    ...(uses === undefined ? [] : [`runs another workflow with its rights: ${uses}`]),
    ...(container === undefined && services === undefined ? [] : ['runs in a container']),
    ...(uses !== undefined || /^ubuntu-\d+\.\d+$/u.test(String(runner))
      ? []
      : [`runs on ${JSON.stringify(runner)}, not on a runner of GitHub`]),
    ...job.steps.flatMap(stepProblems),
    ...(handsOver(job) ? [] : ['checks no digest of the artifacts that it downloads']),
  ]
}

function stepProblems({ uses, run, shell }: Job['steps'][number]): readonly string[] {
  const action = uses?.split('@')[0]
  return [
    ...(action === undefined || ALLOWED_ACTIONS.has(action) ? [] : [`uses ${action}`]),
    ...(shell === undefined ? [] : [`has a shell of its own: ${shell}`]),
    ...commandsIn(run ?? '')
      .filter((command) => !ALLOWED_COMMANDS.has(command))
      .map((command) => `runs ${command}`),
  ]
}

/** Whether a script follows each download, and compares hashes, before anything else is done. */
function handsOver({ steps }: Job): boolean {
  const downloads = steps.flatMap(({ uses }, index) =>
    uses?.startsWith('actions/download-artifact@') === true ? [index] : [],
  )
  return downloads.every((index) => steps[index + 1]?.run?.includes('sha256sum') === true)
}

/** Programs whose first argument says what they do. */
const WITH_SUBCOMMAND: ReadonlySet<string> = new Set(['docker', 'gh', 'helm', 'npm', 'openssl'])
/** Programs that run the program in their arguments; only `xargs -d X PROGRAM` is understood. */
const XARGS = /^xargs -d \S+ (?<program>\S+)/u

/**
 * @param script - For bash.
 * @returns The programs that a script calls, with the subcommand where that says what is done.
 */
export function commandsIn(script: string): readonly string[] {
  const pieces = script
    .replaceAll(/\\\n/gu, ' ')
    .replaceAll(/'[^']*'|\$\{\w+[^}]*\}/gu, 'Q')
    // Substitutions run inside of double quotes too, and so do backticks.
    .replaceAll(/\$\(|[`"(){};|&\n]/gu, (found) => (found === '"' ? '' : '\n'))
    .split('\n')
  return pieces.flatMap(programsOf)
}

function programsOf(piece: string): readonly string[] {
  const words = piece
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '')
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/u.test(word))
  const [program, first = ''] = start === -1 ? [] : words.slice(start)
  // What follows a substitution, such as the rest of a comparison, is no command.
  if (program === undefined || /^(?:=|!=|>>?|"|-)/u.test(program)) return []
  if (program === 'xargs')
    return [
      program,
      XARGS.exec(words.slice(start).join(' '))?.groups?.['program'] ??
        'xargs with unknown arguments',
    ]
  return [WITH_SUBCOMMAND.has(program) ? `${program} ${first}` : program]
}

/** Installations of packages, in a workflow, an action or a Dockerfile, that run code of the packages. */
export const installProblems = (text: string): readonly string[] =>
  [...text.matchAll(/\bnpm (?:ci|install|i|exec|x)\b[^\n&|;]*|\bnpx\b[^\n&|;]*/gu)]
    .map(([command]) => command.trim())
    .filter((command) => !/^npm ci\b.*--ignore-scripts\b/u.test(command))
    .map((command) => `"${command}" is not npm ci --ignore-scripts`)

/** Scripts of a workflow, without its comments. */
export function scriptsIn(text: string): string {
  const scripts: string[] = []
  visit(parseDocument(text), {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== 'run') return
      if (isScalar(pair.value)) scripts.push(String(pair.value.value))
    },
  })
  return scripts.join('\n')
}
