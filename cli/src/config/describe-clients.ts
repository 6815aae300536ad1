import { type ClientEntry, readPublicKey } from '@edge-issuer/signer-worker/config'

/** Summarizes clients, one line for each key and each token issuer. */
export const describeClients = (clients: ReadonlyMap<string, ClientEntry>): readonly string[] =>
  [...clients].flatMap(([name, { identity, issuers, keys, profiles }]) => {
    const access = `issuers ${issuers.join(', ')}; profiles ${profiles.join(', ')}`
    const proofs = [
      ...keys.map(describeKey),
      ...(identity === undefined
        ? []
        : [`tokens of ${identity.issuer} for ${identity.subjects.join(', ')}`]),
    ]
    return proofs.map((proof) => `client    ${name}: ${proof}; ${access}`)
  })

function describeKey({ publicKey, notBefore, notAfter }: ClientEntry['keys'][number]): string {
  const key = readPublicKey(publicKey)
  const from = notBefore === undefined ? '' : `, from ${notBefore}`
  const until = notAfter === undefined ? '' : `, until ${notAfter}`
  return `key ${key.ok ? key.value.keyId : key.error}${from}${until}`
}
