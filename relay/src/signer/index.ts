export { createSignerClient, type SignerClient } from './client.ts'
export { readClientKey, type ClientKey } from './credentials.ts'
export { openWorker, type WorkerOptions } from './worker-connection.ts'
export type { SignerFault } from '../api/signer-fault.ts'
