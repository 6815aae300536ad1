/**
 * Text of `wrangler.jsonc` in a new project.
 *
 * @module
 */
import { COMPATIBILITY_DATE } from '../pins.ts'
import { CLASS_DECLARATION, WORKER_CLASSES } from '../worker-classes.ts'

/** @param publicUrl - An https URL. @returns The text of `wrangler.jsonc`. */
export function wranglerConfig(publicUrl: string): string {
  return `// How Cloudflare runs the worker (developers.cloudflare.com/workers/wrangler/configuration).
//
// Each environment is a Worker of its own, with its own ledger, secrets and configuration:
//   production  worker.js          signer.config.json
//   staging     worker.staging.js  signer.config.staging.json
// The top level is what both share; it is not deployed itself. wrangler does not inherit bindings, so each
// environment repeats them.
//
// No account ID is kept here: run "npx wrangler login", or set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.
{
  "$schema": "node_modules/wrangler/config-schema.json",
  "name": "${NAME}",
  "main": "worker.js",
  "compatibility_date": "${COMPATIBILITY_DATE}",
  "send_metrics": false,
  "minify": true,
  "keep_names": false,
  // Gives function names back in stack traces.
  "upload_source_maps": true,
  // The worker is reached at publicUrl only: it refuses a signature for another host.
  "workers_dev": false,
  "preview_urls": false,

  // The configuration is uploaded as a text module of its own, beside the code.
  "rules": [{ "type": "Text", "globs": ["**/signer.config*.json"], "fallthrough": true }],
  "preserve_file_names": true,

  // Runs before wrangler bundles: an environment with errors, or an empty one, is not deployed.
  "build": { "command": "${CHECK}" },

  // The classes of Durable Objects. Never remove one: that deletes its data.
  "exports": {
${lines(WORKER_CLASSES.map(({ className }) => `"${className}": ${inline(CLASS_DECLARATION)}`))}
  },
  ${bindings('  ')},

  // The worker writes one JSON line for each request.
  "observability": { "enabled": true },

  "env": {
    "production": {
${place(publicUrl)}
      "build": { "command": "${CHECK} --env production" },
      // Archive for records of certificates that expired long ago ("retention" in signer.config.json):
      // "r2_buckets": [{ "binding": "ARCHIVE", "bucket_name": "edge-issuer-archive" }],
      ${bindings('      ')}
    },
    "staging": {
      "main": "worker.staging.js",
      // Its publicUrl is https://${NAME}-staging.ACCOUNT.workers.dev; ACCOUNT is the account's subdomain.
      "workers_dev": true,
      "build": { "command": "${CHECK} --env staging" },
      ${bindings('      ')}
    }
  }
}
`
}

/** Name of the worker; wrangler appends that of the environment. */
const NAME = 'edge-issuer-signer'

/** Without `npx`, which may ask a registry. */
const CHECK = 'node node_modules/edge-issuer/bin/edge-issuer.mjs worker check'

const inline = (value: object): string =>
  JSON.stringify(value)
    .replaceAll(':', ': ')
    .replaceAll(',', ', ')
    .replace('{', '{ ')
    .replace('}', ' }')

const lines = (members: readonly string[]): string =>
  members.map((member) => `    ${member}`).join(',\n')

const bindings = (indent: string): string => {
  const entries = WORKER_CLASSES.map(
    ({ binding, className }) => `${indent}    ${inline({ name: binding, class_name: className })}`,
  )
  return `"durable_objects": {
${indent}  "bindings": [
${entries.join(',\n')}
${indent}  ]
${indent}}`
}

/** Where the production environment is reached: under workers.dev, or at a domain of its own. */
function place(publicUrl: string): string {
  const { hostname } = new URL(publicUrl)
  const [worker, ...zone] = hostname.split('.')
  if (zone.slice(-2).join('.') === 'workers.dev') {
    return `      // publicUrl is https://NAME.ACCOUNT.workers.dev with this name.
      "name": ${JSON.stringify(worker)},
      "workers_dev": true,`
  }
  return `      // The host of publicUrl, in a zone of the account; DNS record and TLS certificate are made with it. To share a
      // host with other things: { "pattern": "example.com/ca/*", "zone_name": "example.com" }
      "routes": [{ "pattern": ${JSON.stringify(hostname)}, "custom_domain": true }],`
}
