import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command.ts'
import {
  findContext,
  readContexts,
  unknownContext,
  writeContexts,
} from '../context/context-file.ts'
import { operand } from '../parameters.ts'
import { NAME } from '../value-types.ts'

/** `edge-issuer context use`. */
export const contextUse = defineCommand({
  description: `
Makes a context the current one: commands without --context and without EDGE_ISSUER_CONTEXT use it.`,
  parameters: { name: operand(NAME, 'name of the context') },
  endings: ['done', 'failed', 'usage'],
  examples: ['edge-issuer context use production'],
  run: async ({ name }, io) => {
    const known = await readContexts(io)
    if (!known.ok) return err({ ending: 'failed', message: known.error })
    const context = findContext(known.value, name)
    if (context === undefined) {
      return err({ ending: 'usage', message: unknownContext(name, known.value) })
    }
    const written = await writeContexts({ ...known.value, current: name }, io)
    if (!written.ok) return err({ ending: 'failed', message: written.error })
    io.stdout(`The current context is ${name}: ${context.url}\n`)
    return ok(undefined)
  },
})
