/**
 * The Worker that wrangler.toml deploys: the library with the configuration of an environment.
 *
 * @module
 */
import config from '#signer-config'
import { createWorker } from './src/index.ts'

export { CertificateIndex, Directory, Genesis, Ledger } from './src/index.ts'

export default createWorker(config)
