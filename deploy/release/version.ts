/**
 * `npm run release:version -- --tag vX.Y.Z --repository OWNER/NAME`: prints the version in the tag, or an error if the
 * sources have another version or repository.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { chartRunbookUrl, repositoryProblems } from './repository.ts'
import { checkTag, sourceVersions } from './source-versions.ts'

const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: '' },
    repository: { type: 'string', default: '' },
  },
})
const changelog = await readFile(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const { version, problems: tagProblems } = checkTag(values.tag, {
  sources: await sourceVersions(),
  changelog,
})
const problems = [...tagProblems, ...repositoryProblems(values.repository, await chartRunbookUrl())]
for (const problem of problems) process.stderr.write(`release:version: ${problem}\n`)
if (problems.length > 0) process.exitCode = 1
else process.stdout.write(`${version}\n`)
