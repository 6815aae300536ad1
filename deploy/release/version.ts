/**
 * `npm run release:version -- --tag vX.Y.Z --repository OWNER/NAME`: prints the version that the tag names,
 * unless the sources say another one, or another repository.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { chartRunbookUrl, repositoryProblems } from './repository.ts'
import { judgeTag, sourceVersions } from './source-versions.ts'

const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: '' },
    repository: { type: 'string', default: '' },
  },
})
const changelog = await readFile(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const { version, faults: tagFaults } = judgeTag(values.tag, {
  sources: await sourceVersions(),
  changelog,
})
const faults = [...tagFaults, ...repositoryProblems(values.repository, await chartRunbookUrl())]
for (const fault of faults) process.stderr.write(`release:version: ${fault}\n`)
if (faults.length > 0) process.exitCode = 1
else process.stdout.write(`${version}\n`)
