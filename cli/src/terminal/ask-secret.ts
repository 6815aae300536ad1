/** Characters that a terminal sends in raw mode. */
const ENTER = new Set(['\r', '\n'])
const END_OF_INPUT = '\u0004'
const INTERRUPT = '\u0003'
const ERASE = new Set(['\u007F', '\b'])

/** Exit code of an interrupted program in a shell: 128 plus the number of SIGINT. */
const INTERRUPTED_EXIT_CODE = 130

/**
 * Prompts on the terminal without echo. Ctrl-C ends the process.
 *
 * @returns The line; `undefined` if standard input is not a terminal.
 */
export async function askSecret(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return undefined
  // Before the prompt, since the user may start typing as soon as it appears.
  stdin.setRawMode(true)
  stderr.write(`${question}: `)
  try {
    return await readLine(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

async function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    let typed: readonly string[] = []
    const read = (chunk: string): void => {
      for (const character of chunk) {
        if (character === INTERRUPT) {
          stdin.setRawMode(false)
          process.stderr.write('\n')
          process.exit(INTERRUPTED_EXIT_CODE)
        }
        if (ENTER.has(character) || character === END_OF_INPUT) {
          stdin.off('data', read)
          resolve(typed.join(''))
          return
        }
        typed = ERASE.has(character) ? typed.slice(0, -1) : [...typed, character]
      }
    }
    stdin.setEncoding('utf8').on('data', read).resume()
  })
}
