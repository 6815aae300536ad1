import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { operand } from '../command-line/parameters.ts'
import { NAME } from '../command-line/value-types.ts'
import {
  findContext,
  readContexts,
  unknownContext,
  writeContexts,
} from '../context/context-file.ts'

/** `edge-issuer context use`. */
export const contextUse = defineCommand({
  description: `
Selects the current context, for commands without --context and EDGE_ISSUER_CONTEXT.`,
  parameters: { name: operand(NAME, 'name of the context') },
  exits: ['done', 'failed', 'usage'],
  examples: ['edge-issuer context use production'],
  run: async ({ name }, io) => {
    const known = await readContexts(io)
    if (!known.ok) return err({ exit: 'failed', message: known.error })
    const context = findContext(known.value, name)
    if (context === undefined) {
      return err({ exit: 'usage', message: unknownContext(name, known.value) })
    }
    const written = await writeContexts({ ...known.value, current: name }, io)
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    io.stdout(`The current context is ${name}: ${context.url}\n`)
    return ok(undefined)
  },
})
