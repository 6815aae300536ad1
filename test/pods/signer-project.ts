/**
 * What an operator prepares for a signer: a TLS certificate and a client; CA, project and admin.
 *
 * @module
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keySecretName } from '@edge-issuer/cli/assemble-config'
import { CA_PATHS } from '@edge-issuer/cli/ca-folder'
import { mustRunCli } from '@edge-issuer/testbed/cli'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { parse } from 'yaml'
import { z } from 'zod'
import { createSignerClient } from '../../relay/src/public/signer.ts'

/** Name of the one issuer, as worker init calls it. */
export const ISSUER = 'default'

const CLIENT = 'cluster-1'

/** Where clients find the signer. */
export interface SignerAddress {
  readonly url: string
  /** Names and addresses in its TLS certificate. */
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
}

/** What clients need, and how they are registered. */
export interface SignerAccess {
  readonly url: string
  /** With tls.crt, tls.key, and what the commands write. */
  readonly directory: string
  /** PEM of the authority of the TLS certificate. */
  readonly tlsCaPem: string
  readonly clientKeyPem: string
  /** Registers the client at the running signer, with the key of the admin whom worker init made. */
  readonly enrol: () => Promise<void>
}

const clientsSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })
const secretSchema = z.looseObject({ stringData: z.object({ 'private-key.pem': z.string() }) })

/** Creates a TLS certificate and a client in a new folder, for a signer that is not there yet. */
export async function createSignerAccess(
  directory: string,
  { url, dnsNames = [], ipAddresses = [] }: SignerAddress,
): Promise<SignerAccess> {
  await mkdir(directory)
  const path = (name: string): string => join(directory, name)
  await runIn(directory, `client create ${CLIENT} --unrestricted --out .`)
  const authority = await createAuthority({ commonName: 'TLS of the signer' })
  const leaf = await issueLeaf({
    issuer: authority,
    subject: [{ CN: ['signer'] }],
    usage: 'server',
    dnsNames: [...dnsNames],
    ipAddresses: [...ipAddresses],
  })
  await writeFile(path('tls-ca.pem'), authority.certificatePem)
  await writeFile(path('tls.crt'), leaf.certificatePem)
  await writeFile(path('tls.key'), leaf.keyPem, { mode: 0o600 })
  const secret = secretSchema.parse(parse(await readFile(path(`${CLIENT}.secret.yaml`), 'utf8')))
  return {
    url,
    directory,
    tlsCaPem: authority.certificatePem,
    clientKeyPem: secret.stringData['private-key.pem'],
    enrol: async () => {
      const file = path(`${CLIENT}.client.json`)
      await liftRate(file)
      const at = `--url ${url} --key admin.admin.key --ca-file tls-ca.pem`
      await runIn(directory, `clients apply --file ${file} ${at}`)
    },
  }
}

/** Creates CA, project and admin, and a folder with the Worker secrets. */
export async function createProject({ url, directory }: SignerAccess): Promise<void> {
  await runIn(directory, 'ca init --out ca')
  await runIn(directory, `worker init signer --url ${url} --ca ca --keys .`)
  const secrets = join(directory, 'secrets')
  await mkdir(secrets)
  const key = join(directory, 'ca', CA_PATHS.issuingKey)
  await cp(key, join(secrets, keySecretName(ISSUER)))
}

/** Whether there is an answer, which may be a refusal: the client is not registered yet. */
export async function isServed(
  { url, clientKeyPem, tlsCaPem }: SignerAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const client = createSignerClient({
    url,
    privateKeyPem: clientKeyPem,
    caBundlePem: tlsCaPem,
  })
  if (!client.ok) throw new Error(client.error)
  const answer = await client.value.health(ISSUER, signal)
  await client.value.close()
  return answer.ok || answer.error.code !== 'transport_error'
}

const runIn = async (cwd: string, command: string): Promise<unknown> =>
  mustRunCli(command.split(' '), { cwd })

/** Tests ask for as many certificates as the signer can make. */
async function liftRate(file: string): Promise<void> {
  const { clients } = clientsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const lifted = Object.entries(clients).map(([name, entry]) => [
    name,
    { ...entry, certificatesPerMinute: null, repeatsPerMinute: 100_000 },
  ])
  await writeFile(file, JSON.stringify({ clients: Object.fromEntries(lifted) }))
}
