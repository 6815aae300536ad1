/** The file of clients in the documentation is one that `edge-issuer clients apply` reads. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { readClientsFile } from '../../cli/src/clients/clients-file.ts'
import { recordedIo, temporaryFolder } from '../cli/support/run-cli.ts'
import { readMarkdown } from './support/markdown.ts'

const { blocks } = await readMarkdown('docs/fleet.md')
const samples = blocks.filter(({ info }) => info === 'yaml')

it('docs/fleet.md has a file of clients', ({ expect }) => {
  expect(samples.length).toBeGreaterThan(0)
})

it.for(samples)('the file at line $line is read', async ({ text }, { expect, ...context }) => {
  const cwd = await temporaryFolder(context)
  await writeFile(join(cwd, 'clients.yaml'), text)
  expect(await readClientsFile('clients.yaml', recordedIo({ cwd }).io)).toMatchObject({ ok: true })
})
