/**
 * `npm run release:set-version -- VERSION`: writes the version of the next release into all sources, and makes the
 * section `Unreleased` of CHANGELOG.md that of this version. Prints the files that it changed.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withReleasedChanges } from './changes.ts'
import { ROOT, runTool } from './run-tool.ts'
import { replaceVersions, versionOf } from './source-versions.ts'

const CHANGELOG = 'CHANGELOG.md'

const version = versionOf(`v${process.argv[2] ?? ''}`)
if (version === undefined) throw new Error('expected a version such as 1.2.3')
const changelog = join(ROOT, CHANGELOG)
const title = `${version} (${new Date().toISOString().slice(0, 10)})`
await writeFile(changelog, withReleasedChanges(title, await readFile(changelog, 'utf8')))
const changed = await replaceVersions(version)
// Columns of tables are as wide as the version.
await runTool(['oxfmt', CHANGELOG, ...changed])
process.stdout.write(`${[CHANGELOG, ...changed].join('\n')}\n`)
