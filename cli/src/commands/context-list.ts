import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { toggle } from '../command-line/parameters.ts'
import { contextFilePath, readContexts } from '../context/context-file.ts'
import { formatTable } from '../terminal/table.ts'

const HEADINGS = ['CURRENT', 'NAME', 'URL', 'KEY', 'CA FILE'] as const

/** `edge-issuer context list`. */
export const contextList = defineCommand({
  description: `
Lists the contexts; an asterisk marks the current one. Contacts no worker and reads no key.`,
  parameters: { json: toggle('print one JSON object') },
  exits: ['done', 'failed', 'usage'],
  examples: ['edge-issuer context list', 'edge-issuer context list -o json'],
  run: async ({ json: isJson }, io) => {
    const known = await readContexts(io)
    if (!known.ok) return err({ exit: 'failed', message: known.error })
    const { current, contexts } = known.value
    const rows = Object.entries(contexts).map(([name, { url, key, caFile }]) => [
      name === current ? '*' : '',
      name,
      url,
      key,
      caFile ?? '-',
    ])
    if (isJson) io.stdout(`${JSON.stringify(known.value, null, 2)}\n`)
    else if (rows.length > 0) io.stdout(formatTable(HEADINGS, rows))
    else io.stderr(`no contexts in ${contextFilePath(io)}\n`)
    return ok(undefined)
  },
})
