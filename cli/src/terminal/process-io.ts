import { userInfo } from 'node:os'
import { askSecret } from './ask-secret.ts'
import type { Io } from './io.ts'

/** The streams, the environment and the clock of this process. */
export function processIo(): Io {
  let isOutputRead = true
  // The terminal is closed. A command that is stopping its processes must not fail because of its own output.
  process.stderr.on('error', () => {
    process.exitCode = 1
  })
  // The reader of the pipe has ended (`| head`).
  process.stdout.on('error', () => {
    isOutputRead = false
    process.exitCode = 1
  })
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    writeBytes: async (bytes) => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      process.stdout.write(bytes, (error) => {
        if (error instanceof Error) reject(error)
        else resolve(undefined)
      })
      return promise
    },
    stdin: process.stdin,
    showsProgress: process.stderr.isTTY,
    isOutputRead: () => isOutputRead,
    isTerminal: process.stdout.isTTY,
    askSecret,
    env: process.env,
    cwd: process.cwd(),
    username: username(),
    nowMs: Date.now,
  }
}

/** The account's name; its number if it has no name, as in some containers. */
function username(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
