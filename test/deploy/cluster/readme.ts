/**
 * Commands of deploy/README.md, to be run as they are printed.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const README = fileURLToPath(new URL('../../../deploy/README.md', import.meta.url))

/** A command without `kubectl`, and what it reads from standard input. */
export interface DocumentedCommand {
  readonly args: readonly string[]
  readonly stdin: string
}

/**
 * @param heading - Of a section: `Network policy`.
 * @returns The commands of kubectl in it, in order.
 * @throws Error when there are none.
 */
export async function documentedCommands(heading: string): Promise<readonly DocumentedCommand[]> {
  const [, section = ''] = (await readFile(README, 'utf8')).split(`\n## ${heading}\n`)
  const [body = ''] = section.split('\n## ')
  const blocks = [...body.matchAll(/^```(?<language>\w*)\n(?<text>[\s\S]*?)^```/gmu)]
  const commands = blocks
    .filter(({ groups }) => groups?.['language'] === '')
    .flatMap(({ groups }) => commandsIn(groups?.['text'] ?? ''))
  if (commands.length === 0) throw new Error(`there is no command of kubectl in "${heading}"`)
  return commands
}

const COMMAND = /^kubectl (?<line>.*?)(?: <<END\n(?<stdin>[\s\S]*?)^END)?$/gmu

const commandsIn = (text: string): readonly DocumentedCommand[] =>
  [...text.replaceAll(/\\\n\s*/gu, '').matchAll(COMMAND)].map(({ groups }) => ({
    args: words(groups?.['line'] ?? ''),
    stdin: groups?.['stdin'] ?? '',
  }))

/** As a shell splits it; of its quotes only '…'. */
const words = (line: string): readonly string[] =>
  (line.match(/(?:'[^']*'|[^\s'])+/gu) ?? []).map((word) => word.replaceAll("'", ''))
