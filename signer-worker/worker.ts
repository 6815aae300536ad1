/**
 * The Worker that wrangler.jsonc deploys to production: the library with a configuration, as in a project of
 * `edge-issuer worker init`.
 *
 * @module
 */
import config from './signer.config.json'
import { createWorker } from './src/index.ts'

export { CertificateIndex, Directory, Genesis, Ledger } from './src/index.ts'

export default createWorker(config)
