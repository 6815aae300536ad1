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

/** `edge-issuer context remove`. */
export const contextRemove = defineCommand({
  description: `
Removes a context and keeps its key file. After removal of the current context, commands need flags,
variables or "edge-issuer context use".`,
  parameters: { name: operand(NAME, 'name of the context') },
  exits: ['done', 'failed', 'usage'],
  examples: ['edge-issuer context remove lab'],
  run: async ({ name }, io) => {
    const known = await readContexts(io)
    if (!known.ok) return err({ exit: 'failed', message: known.error })
    if (findContext(known.value, name) === undefined) {
      return err({ exit: 'usage', message: unknownContext(name, known.value) })
    }
    const { [name]: removed, ...contexts } = known.value.contexts
    const current = known.value.current === name ? null : known.value.current
    const written = await writeContexts({ current, contexts }, io)
    if (!written.ok) return err({ exit: 'failed', message: written.error })
    const left = current === null ? '; no context is current' : ''
    io.stdout(`Removed context ${name}${left}; the key file ${removed?.key ?? ''} is kept\n`)
    return ok(undefined)
  },
})
