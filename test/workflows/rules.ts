/**
 * Rules for workflows that are stricter than GitHub's, and than a linter's: what runs is known to the
 * byte, and no job may do more than its work needs.
 *
 * @module
 */
import { type Document, isMap, isScalar, parseDocument, visit } from 'yaml'
import { z } from 'zod'

/** What a token may do: `{ contents: 'read' }`. */
export type Permissions = Readonly<Record<string, string>>

const permissionsSchema = z.record(z.string(), z.string())

const stepSchema = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
})

/** A job that runs steps, or one that is another workflow. */
const jobSchema = z.looseObject({
  uses: z.string().optional(),
  needs: z.union([z.string().transform((job) => [job]), z.array(z.string())]).default([]),
  environment: z
    .union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)])
    .optional(),
  permissions: permissionsSchema.optional(),
  'timeout-minutes': z.number().optional(),
  'runs-on': z.unknown().optional(),
  container: z.unknown().optional(),
  services: z.unknown().optional(),
  steps: z.array(stepSchema).default([]),
})

const workflowSchema = z.looseObject({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: z.union([permissionsSchema, z.string()]).optional(),
  jobs: z.record(z.string(), jobSchema),
})

/** A workflow, as far as rules look into it. */
export type Workflow = z.infer<typeof workflowSchema>

/** @throws Error for a text that is no workflow. */
export const parseWorkflow = (text: string): Workflow =>
  workflowSchema.parse(parseDocument(text).toJS())

/** An action of another repository: owner, name, perhaps a path, and a commit. */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/u
const VERSION_COMMENT = /^ v\d+\.\d+\.\d+$/u

/** An action that a text uses. */
export interface UsedAction {
  /** `actions/checkout` */
  readonly name: string
  /** What follows `@`. */
  readonly ref: string
  /** The comment behind it, without `#`. */
  readonly comment: string
}

/** @returns Every `uses` of a workflow or an action, but those of this repository. */
export function usedActions(text: string): readonly UsedAction[] {
  const found: UsedAction[] = []
  visit(parseDocument(text), {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return
      const uses = String(value.value)
      if (uses.startsWith('./')) return
      const [name = '', ref = ''] = uses.split('@')
      found.push({ name, ref, comment: value.comment ?? '' })
    },
  })
  return found
}

/** Problems with how actions are named, in a workflow or an action. */
export const pinProblems = (text: string): readonly string[] =>
  usedActions(text).flatMap(({ name, ref, comment }) => {
    if (!PINNED.test(`${name}@${ref}`)) return [`${name}@${ref} is not pinned by a commit`]
    if (!VERSION_COMMENT.test(comment)) return [`${name}: no comment says its version`]
    return []
  })

/** Problems with what a workflow may do, and for how long. */
export function workflowProblems(text: string): readonly string[] {
  const { on, permissions, jobs } = parseWorkflow(text)
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on)
  return [
    // It runs with the secrets of the repository on the code of the pull request.
    ...(events.includes('pull_request_target') ? ['pull_request_target is not to be used'] : []),
    ...topProblems(permissions),
    ...Object.entries(jobs).flatMap(([name, job]) =>
      jobProblems(job).map((problem) => `job ${name}: ${problem}`),
    ),
    ...interpolationProblems(parseDocument(text)),
  ]
}

const topProblems = (permissions: Workflow['permissions']): readonly string[] => {
  const isLeast =
    typeof permissions === 'object' && JSON.stringify(permissions) === '{"contents":"read"}'
  return isLeast ? [] : ['permissions at the top are not contents: read alone']
}

const jobProblems = (job: Workflow['jobs'][string]): readonly string[] => [
  ...(job.uses === undefined && job['timeout-minutes'] === undefined ? ['no timeout'] : []),
  ...job.steps
    .filter(({ uses }) => uses?.startsWith('actions/checkout@') === true)
    .filter((step) => step.with['persist-credentials'] !== false)
    .map(() => 'a checkout leaves the token behind (persist-credentials: false)'),
]

/** An expression in a script is put into its text: text from others would run. */
function interpolationProblems(document: Document): readonly string[] {
  const problems: string[] = []
  visit(document, {
    Map: (_, map) => {
      if (!isMap(map)) return
      const run = map.get('run')
      if (typeof run === 'string' && run.includes('${{')) {
        problems.push(`an expression in a script, not in its env: ${run}`)
      }
    },
  })
  return problems
}

/** What each job may do besides reading the checkout. */
export const grantsOf = ({ jobs }: Workflow): Readonly<Record<string, Permissions>> =>
  Object.fromEntries(
    Object.entries(jobs).flatMap(([name, { permissions }]) =>
      permissions === undefined ? [] : [[name, permissions]],
    ),
  )

/** @returns The npm scripts that a text runs. */
export const npmScriptsIn = (text: string): readonly string[] =>
  [...text.matchAll(/npm run (?:--silent )?(?<name>[\w:-]+)/gu)].map(
    (match) => match.groups?.['name'] ?? '',
  )
