export { createSignerClient, type SignerClient, type SignerClientOptions } from './client.ts'
export { readClientKey, type ClientKey } from './credentials.ts'
export type { SignerFault } from '../api/signer-fault.ts'
