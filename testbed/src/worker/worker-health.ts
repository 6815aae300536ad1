import { createSignerClient } from '@edge-issuer/relay/signer'
import type { EdgeSigner } from './local-worker.ts'

/** @returns What the worker answers to a health check of its one issuer. @throws Error without an answer */
export async function healthOf(signer: EdgeSigner): Promise<unknown> {
  const client = createSignerClient({
    url: signer.worker.url,
    privateKeyPem: signer.clientKeyPem,
    caBundlePem: signer.tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  const health = await client.value.health('default', new AbortController().signal)
  await client.value.close()
  if (!health.ok) throw new Error(health.error.message)
  return health.value
}
