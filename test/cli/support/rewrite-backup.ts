/**
 * Backups that no program made: with another record or manifest, and digests that are right.
 * @module
 */
import { open, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { ArchiveWriter, listArchive, readEntry } from '../../../cli/src/backup/archive.ts'

type Change = (document: Readonly<Record<string, unknown>>) => object

const manifestSchema = z.looseObject({ files: z.array(z.looseObject({ path: z.string() })) })
const objectSchema = z.record(z.string(), z.unknown())

/** Writes a backup again, changed. */
export async function rewriteBackup(
  path: string,
  { record, manifest }: { readonly record?: Change; readonly manifest?: Change },
): Promise<void> {
  const contents = await readAll(path)
  const target = await open(`${path}.new`, 'w', 0o600)
  const writer = new ArchiveWriter(async (bytes) => target.writeFile(bytes), 0)
  let files = manifestSchema.parse(JSON.parse(String(contents.get('manifest.json')))).files
  for (const [name, content] of [...contents].slice(0, -2)) {
    const text =
      name === 'edge-issuer.json' && record !== undefined ? change(content, record) : content
    await writeFile(`${path}.part`, text)
    const written = await writer.addFile(name, `${path}.part`)
    files = files.map((file) => (file.path === name ? { ...file, ...written } : file))
  }
  const head = objectSchema.parse(JSON.parse(String(contents.get('manifest.json'))))
  const text = JSON.stringify((manifest ?? Object)({ ...head, files }))
  const { sha256 } = await writer.addText('manifest.json', text)
  await writer.addText('manifest.json.sha256', sha256)
  await writer.finish()
  await target.close()
  await rename(`${path}.new`, path)
}

const change = (content: Buffer, by: Change): string =>
  JSON.stringify(by(objectSchema.parse(JSON.parse(content.toString()))))

async function readAll(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const source = await open(path, 'r')
  try {
    const entries = await listArchive(source)
    if (!entries.ok) throw new Error(entries.error)
    const contents = new Map<string, Buffer>()
    for (const entry of entries.value) {
      const pieces: Buffer[] = []
      await readEntry(source, entry, (piece) => void pieces.push(Buffer.from(piece)))
      contents.set(entry.name, Buffer.concat(pieces))
    }
    return contents
  } finally {
    await source.close()
  }
}
