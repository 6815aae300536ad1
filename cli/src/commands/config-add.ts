import { err, ok, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, toggle, type ValueType } from '../command-line/parameters.ts'
import { choice, FILE, NAME } from '../command-line/value-types.ts'
import { addAdmins } from '../config/add-admins.ts'
import { errorsMessage, checkConfig } from '../config/check-config.ts'
import { configNameOf, deployCommand, environmentOf } from '../config/deploy-commands.ts'
import { readText } from '../files/read-input.ts'
import { replaceFile } from '../files/write-new-files.ts'

/** Clients are not part of a configuration. */
const KIND: ValueType<'admin'> = {
  placeholder: 'admin',
  parse: (text) =>
    text === 'client'
      ? err(
          'clients are not part of the configuration; register them with "edge-issuer clients add" or "edge-issuer clients apply"',
        )
      : choice('admin', ['admin']).parse(text),
}

const parameters = {
  kind: operand(KIND, 'kind of the entries'),
  file: operand(FILE, 'file that admin create wrote'),
  config: optional(
    FILE,
    'configuration to change; when absent, signer.config.json, or signer.config.ENV.json for another environment than production',
  ),
  env: optional(
    NAME,
    'environment of wrangler.jsonc; when absent, taken from the name of --config, or production',
  ),
  print: toggle('print the result instead of changing the file'),
}

/** `edge-issuer config add`. */
export const configAdd = defineCommand({
  description: `
Adds an admin to the worker's configuration. Everything else in the file stays unchanged. Names and
public keys must not be in the configuration yet. The command checks the result like "config check",
without private keys, and replaces the file only if the result is valid. Clients are not part of the
configuration: "clients add" and "clients apply" register them.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config add admin alice.admin.json',
    'edge-issuer config add admin alice.admin.json --env staging',
    'edge-issuer config add admin alice.admin.json --config signer.config.json --print',
  ],
  run: async ({ kind, file, config, env, print }, io) => {
    const environment = env ?? environmentOf(config)
    const path = config ?? configNameOf(environment)
    const before = await readText(path, io)
    if (!before.ok) return failed(`--config: ${before.error}`)
    const entries = await readText(file, io)
    if (!entries.ok) return failed(entries.error)
    const added = addAdmins(before.value, entries.value)
    if (!added.ok) return failed(`cannot add "${file}" to "${path}": ${added.error}`)
    const { text, names } = added.value
    const options = { secrets: new Map<string, string>(), needsKeys: false, nowMs: io.nowMs() }
    const { errors } = checkConfig(text, options)
    if (errors.length > 0) return failed(errorsMessage('the result', errors))
    if (print) io.stdout(text)
    else {
      const replaced = await replaceFile(path, text, io)
      if (!replaced.ok) return failed(replaced.error)
    }
    io.stderr(`Added ${kind} ${names.join(', ')}${print ? '' : ` to ${path}`}.

Next:
  ${deployCommand(environment)}
`)
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })
