import { resolve } from 'node:path'
import { createSignerClient } from '@edge-issuer/relay/signer'
import { err, ok, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, required, toggle } from '../command-line/parameters.ts'
import { FILE, NAME, text } from '../command-line/value-types.ts'
import { findContext, readContexts, writeContexts } from '../context/context-file.ts'
import { openWith } from '../worker/connect.ts'

const parameters = {
  name: operand(NAME, 'name of the context'),
  url: required(text('URL'), "the worker's publicUrl (https)"),
  key: required(
    FILE,
    'private key of a client or an admin; the context stores its path, not the key',
  ),
  caFile: optional(
    FILE,
    "PEM of the roots to trust for the worker's TLS; the context stores its path",
  ),
  use: toggle('make it the current context; the first context always is'),
}

/** `edge-issuer context add`. */
export const contextAdd = defineCommand({
  description: `
Saves the URL of a worker and the path of a key under a name, so that commands need no --url, --key and
--ca-file. Contexts are in $XDG_CONFIG_HOME/edge-issuer/contexts.json, or
~/.config/edge-issuer/contexts.json (0600).

Flags take precedence over environment variables (EDGE_ISSUER_URL, EDGE_ISSUER_KEY,
EDGE_ISSUER_CA_FILE), and variables over the context, which is the one that --context names, else
EDGE_ISSUER_CONTEXT, else the current one. A context that --context names takes precedence over
variables.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer context add production --url https://ca.example.com --key alice.admin.key',
    'edge-issuer context add lab --url https://ca.lab.internal --key lab.admin.key --ca-file lab-roots.pem --use',
  ],
  run: async ({ name, url, key, caFile, use }, io) => {
    const known = await readContexts(io)
    if (!known.ok) return failed(known.error)
    if (findContext(known.value, name) !== undefined) {
      return failed(
        `context "${name}" already exists; remove it with "edge-issuer context remove ${name}"`,
      )
    }
    // Opened like in any other command, so that an invalid file or URL is reported now; sends nothing.
    const client = await openWith({ url, key, caFile, context: undefined }, createSignerClient, io)
    if (!client.ok) return client
    const { keyId } = client.value
    await client.value.close()
    const current = use ? name : (known.value.current ?? name)
    const context = {
      url,
      key: resolve(io.cwd, key),
      ...(caFile === undefined ? {} : { caFile: resolve(io.cwd, caFile) }),
    }
    const contexts = { ...known.value.contexts, [name]: context }
    const written = await writeContexts({ current, contexts }, io)
    if (!written.ok) return failed(written.error)
    io.stdout(`Added context ${name}, key ${keyId}; the current context is ${current}\n`)
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })
