/** The acceptance criteria of the relay, and the tests that cover each. */
import { ACCEPTANCE_CRITERIA } from './acceptance-criteria.ts'
import { acceptanceTests } from './acceptance-tests.ts'
import { code, table } from './tables.ts'

/** @returns A table of the criteria. */
export const criteriaTable = (): string =>
  table(
    ['tag', 'the relay is accepted if'],
    ACCEPTANCE_CRITERIA.map(({ name, description }) => [code(name), description]),
  )

/** @returns A table of the tests with acceptance tags. */
export async function acceptanceTable(): Promise<string> {
  const rows = (await acceptanceTests()).map(({ tag, file, title = '(all)' }) => [
    code(tag),
    `[${file}](${file})`,
    title,
  ])
  return table(['tag', 'file', 'test'], rows)
}
