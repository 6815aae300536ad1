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
  url: required(text('URL'), "the worker's publicUrl, https"),
  key: required(
    FILE,
    'private key of a client or an admin; its path is kept, the key is not copied',
  ),
  caFile: optional(FILE, "PEM of the roots to trust for the worker's TLS; its path is kept"),
  use: toggle('make it the current context; the first one always is'),
}

/** `edge-issuer context add`. */
export const contextAdd = defineCommand({
  description: `
Keeps a worker under a name, so that commands need no --url, --key and --ca-file. Contexts are in
$XDG_CONFIG_HOME/edge-issuer/contexts.json, or ~/.config/edge-issuer/contexts.json, 0600.

A flag comes before an environment variable (EDGE_ISSUER_URL, EDGE_ISSUER_KEY, EDGE_ISSUER_CA_FILE),
and a variable before the context: the one that --context names, else EDGE_ISSUER_CONTEXT, else the
current one. A context that --context names comes before variables.`,
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
        `there is a context "${name}" already; "edge-issuer context remove ${name}" removes it`,
      )
    }
    // Opened as any command would, so that a wrong file or URL is found now; nothing is sent.
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
