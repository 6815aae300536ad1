/**
 * The files of a new project, except `wrangler.jsonc` and `signer.config.json`.
 *
 * @module
 */
import { MINIFLARE_VERSION, WRANGLER_VERSION } from '../pins.ts'

/** Text of a worker module that runs a configuration beside it. */
export const workerModule = (config: string): string => `import config from './${config}'
import { createWorker } from 'edge-issuer/worker'

export { CertificateIndex, Directory, Genesis, Ledger } from 'edge-issuer/worker'

export default createWorker(config)
`

/** Text of `package.json`, with exact versions. @param version - Version of `edge-issuer`. */
export function packageFile(version: string): string {
  const document = {
    private: true,
    type: 'module',
    scripts: {
      check: 'edge-issuer worker check',
      dev: 'edge-issuer worker dev',
      deploy: 'edge-issuer worker deploy --env production',
    },
    dependencies: { 'edge-issuer': version },
    devDependencies: { miniflare: MINIFLARE_VERSION, wrangler: WRANGLER_VERSION },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Text of `.gitignore`: no key gets into version control. */
export const GIT_IGNORE = `node_modules/
.wrangler/
.edge-issuer/
# Private keys.
.dev.vars*
!.dev.vars.example
.env*
*.key
*.p12
*.secret.yaml
# Secrets of the worker, in files named like them.
CA_KEY_*
METRICS_TOKEN
keys/
secrets/
`

/** Text of `.dev.vars.example`. @param secret - Name of the secret of the issuing CA. */
export const devVariables = (
  secret: string,
): string => `# Secrets for "edge-issuer worker dev" and "wrangler dev". Copy this file to .dev.vars, which git ignores, and never
# put the key of a production CA there.
${secret}="PRIVATE_KEY_PEM"
`

/** Options of {@link readme}. */
export interface ReadmeOptions {
  readonly publicUrl: string
  /** Name of the secret of the issuing CA. */
  readonly secret: string
}

/** Text of `README.md`. */
export const readme = ({ publicUrl, secret }: ReadmeOptions): string => `# edge-issuer worker

The signing worker of edge-issuer for ${publicUrl}. It signs certificates for the clusters that are registered at it.

| file                         | what it is                                                               |
| ---------------------------- | ------------------------------------------------------------------------ |
| \`signer.config.json\`         | production: issuers with their CA certificates, profiles, admins         |
| \`signer.config.staging.json\` | the same for staging, with a CA of its own; create it when you need it   |
| \`worker.js\`                  | production: code and configuration; \`worker.staging.js\` is for staging |
| \`wrangler.jsonc\`             | how Cloudflare runs it: environments, routes, Durable Objects            |

Deploy, after \`npm install\` and \`npx wrangler login\`:

    npx edge-issuer worker deploy --env production
    npx wrangler secret put ${secret} --env production < ISSUING_KEY_FILE

The key is stored as a Worker secret only: keep the file offline. A plain \`npx wrangler deploy --env production\` runs
the same checks. Keep this folder in version control, with \`package-lock.json\`: it holds no secret.

- Staging: \`edge-issuer config init --url https://NAME.ACCOUNT.workers.dev --ca STAGING_CA --admin FILE --out
  signer.config.staging.json\`, then the commands above with \`--env staging\`.
- On this machine: \`npx edge-issuer worker dev\`; its data is in \`.edge-issuer/\`.
- Without Cloudflare: \`edge-issuer worker serve . --help\`.
- Upgrade: \`npm install --save-exact edge-issuer@VERSION\`, then \`npx edge-issuer worker check\`, which names the wrangler
  and miniflare that go with it; deploy to staging, then to production.
- Another admin: \`edge-issuer config add admin FILE\`. CA rotation: \`edge-issuer config rotate --help\`.
- Clusters are registered while it runs: \`edge-issuer clients add NAME --from-cluster --allow-dns '*.example.internal'\`.
`
