/**
 * `npm run release:version -- --tag vX.Y.Z`: prints the version that the tag names, unless the sources
 * say another one.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { judgeTag, sourceVersions } from './source-versions.ts'

const { values } = parseArgs({ options: { tag: { type: 'string', default: '' } } })
const changelog = await readFile(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const { version, faults } = judgeTag(values.tag, { sources: await sourceVersions(), changelog })
for (const fault of faults) process.stderr.write(`release:version: ${fault}\n`)
if (faults.length > 0) process.exitCode = 1
else process.stdout.write(`${version}\n`)
