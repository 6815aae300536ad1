import { hasErrorCode } from '../files/error-code.ts'
import { type CommandOptions, type CommandResult, runCommand } from './process.ts'

/** Runs a command and waits for its end. @returns `undefined` if the program does not exist. */
export async function runIfFound(options: CommandOptions): Promise<CommandResult | undefined> {
  try {
    return await runCommand(options)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}
