/**
 * `npm run release:assets -- --image NAME --digest sha256:…`: creates the files of the
 * current release in `deploy/dist/release/files/`, and its notes beside the folder.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { VERSION } from '../../cli/src/version.ts'
import { writeAssets } from './assets.ts'
import { changesOf } from './changes.ts'

const { values } = parseArgs({
  options: {
    image: { type: 'string', default: '' },
    digest: { type: 'string', default: '' },
  },
})
const folder = fileURLToPath(new URL('../dist/release', import.meta.url))
const image = `${values.image}@${values.digest}`

await writeAssets({ version: VERSION, image }, join(folder, 'files'))
const changelog = await readFile(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const notes = changesOf(VERSION, changelog)
if (notes === undefined) throw new Error(`CHANGELOG.md has no section ${VERSION}`)
await writeFile(join(folder, 'notes.md'), `${notes}\n\nImage: \`${image}\`\n`)
