/** Writes the generated parts of the documents: `npm run docs`. */
import { writeFile } from 'node:fs/promises'
import { generatedDocuments } from './reference.ts'
import { terminalPicture } from './terminal-picture.ts'

for (const { file, wanted } of await generatedDocuments()) await writeFile(file, wanted)
const { file: pictureFile, wanted: picture } = await terminalPicture()
await writeFile(pictureFile, picture)
