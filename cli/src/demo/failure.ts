import { err, ok, type Result } from '@edge-issuer/shared'
import type { Failure } from '../command-line/exit-codes.ts'

/** Runs a part of the demo; a thrown error is the failure of the command. */
export async function demoResult(run: () => Promise<void>): Promise<Result<void, Failure>> {
  try {
    await run()
    return ok(undefined)
  } catch (error) {
    return err({ exit: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}
