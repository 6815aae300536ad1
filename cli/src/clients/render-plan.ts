/**
 * Formats a plan of `clients apply` and its result.
 *
 * @module
 */
import type { Applied, FailedChange } from './apply-changes.ts'
import { formatDifference } from './differences.ts'
import type { Change, Plan } from './plan.ts'

const MARKS = { add: '+', change: '~', remove: '-' } as const

/** Formats the changes: one line per client, and one below it per member that changes. */
export const formatChanges = (changes: readonly Change[]): string =>
  changes
    .flatMap((change) => [
      `${MARKS[change.kind]} ${change.name}`,
      ...(change.kind === 'change'
        ? change.members.map((member) => `    ${formatDifference(member)}`)
        : []),
    ])
    .map((line) => `${line}\n`)
    .join('')

/** Formats the result as one line. */
export function formatResult(
  { unchanged, unlisted }: Plan,
  { done, failed, untried }: Applied,
  isDryRun: boolean,
): string {
  const count = (kind: Change['kind']): string =>
    String(done.filter((change) => change.kind === kind).length)
  const parts = [
    `${count('add')} added`,
    `${count('change')} changed`,
    `${count('remove')} removed`,
    `${String(unchanged)} unchanged`,
    ...(unlisted.length === 0 ? [] : [`${String(unlisted.length)} not in the file and kept`]),
    ...(failed.length === 0 ? [] : [`${String(failed.length)} failed`]),
    ...(untried === 0 ? [] : [`${String(untried)} not tried`]),
  ]
  return `${isDryRun ? 'dry run, nothing was written: ' : ''}${parts.join(', ')}\n`
}

/** The plan and its result as JSON. */
export const toJson = (plan: Plan, applied: Applied): unknown => ({
  added: namesOf(applied.done, 'add'),
  changed: applied.done.flatMap((change) =>
    change.kind === 'change' ? [{ name: change.name, members: change.members }] : [],
  ),
  removed: namesOf(applied.done, 'remove'),
  unchanged: plan.unchanged,
  unlisted: plan.unlisted,
  failed: applied.failed.map(({ change: { name }, error }) => {
    const { class: errorClass, code, message, requestId } = error
    return { name, code, class: errorClass, message, requestId }
  }),
  untried: applied.untried,
})

/** Formats what was not done, one line per client. */
export const formatFailures = (failed: readonly FailedChange[]): string =>
  failed
    .map(
      ({ change: { name }, error }) =>
        `${name}: ${error.class} (${error.code}): ${error.message}\n`,
    )
    .join('')

const namesOf = (changes: readonly Change[], kind: Change['kind']): readonly string[] =>
  changes.filter((change) => change.kind === kind).map(({ name }) => name)
