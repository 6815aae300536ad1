import { readFile } from 'node:fs/promises'
import type { GeneratedDocument } from './reference.ts'
import { terminalSvg } from './terminal-svg.ts'

/** The picture in README.md, made of the recorded terminal. */
export async function terminalPicture(): Promise<GeneratedDocument> {
  const name = 'docs/terminal.svg'
  const file = new URL(`../../${name}`, import.meta.url)
  const transcript = await readFile(new URL('terminal.txt', import.meta.url), 'utf8')
  const current = await readFile(file, 'utf8').catch(() => '')
  return { name, file, current, wanted: terminalSvg(transcript) }
}
