/**
 * `npm run release:assets [-- --images FOLDER | --base LAYOUT]`: creates everything that the current version's tag
 * publishes in `deploy/dist/release/files/`, and the release notes beside that folder. Without options it is a
 * rehearsal, whose images are built on this machine.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startProgress } from '@edge-issuer/testbed/go-build/progress'
import { VERSION } from '../../cli/src/version.ts'
import { writeAssets } from './assets.ts'
import { changesOf } from './changes.ts'
import { notesOf } from './notes.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    base: { type: 'string' },
  },
})
const folder = fileURLToPath(new URL('../dist/release', import.meta.url))
const isRehearsal = values.images === undefined
const changelog = await readFile(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const changes = changesOf(VERSION, changelog) ?? (isRehearsal ? '' : undefined)
if (changes === undefined) throw new Error(`CHANGELOG.md has no section ${VERSION}`)

const progress = startProgress((line) => process.stderr.write(`release:assets: ${line}\n`))
const images = await writeAssets(
  {
    version: VERSION,
    ...values,
    report: (step) => {
      progress.phase(step)
    },
  },
  join(folder, 'files'),
).finally(() => {
  progress.stop()
})
await writeFile(join(folder, 'notes.md'), notesOf({ changes, images, isRehearsal }))
process.stdout.write(`${join(folder, 'files')}\n`)
