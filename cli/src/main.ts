#!/usr/bin/env node
/**
 * The process around {@link run}: streams, clock, exit code.
 *
 * @module
 */
import { userInfo } from 'node:os'
import { run } from './run.ts'
import { askSecret } from './terminal/ask-secret.ts'

let isOutputRead = true
// The terminal was closed: a command that stops processes in order must not die of what it prints.
process.stderr.on('error', () => {
  process.exitCode = 1
})
// The reader of a pipe went away (`| head`): there is nobody left to tell.
process.stdout.on('error', () => {
  isOutputRead = false
  process.exitCode = 1
})

process.exitCode = await run(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  stdin: process.stdin,
  showsProgress: process.stderr.isTTY,
  isOutputRead: () => isOutputRead,
  isTerminal: process.stdout.isTTY,
  askSecret,
  env: process.env,
  cwd: process.cwd(),
  username: username(),
  nowMs: Date.now,
})

/** The account's name; its number where it has none, as in a container with a user of its own. */
function username(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
