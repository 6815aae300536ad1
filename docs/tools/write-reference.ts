/** Writes the generated parts of the documents: `npm run docs`. */
import { writeFile } from 'node:fs/promises'
import { generatedDocuments } from './reference.ts'

for (const { file, wanted } of await generatedDocuments()) await writeFile(file, wanted)
