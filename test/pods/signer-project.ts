/**
 * A signer that an operator prepared with the edge-issuer command: CA, project, admin and client, and a TLS certificate.
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

/** Name of the one issuer. */
export const ISSUER = 'default'

const ADMIN = 'admin'
const CLIENT = 'cluster-1'

/** Files, and their contents where a test needs them. */
export interface SignerProject {
  readonly url: string
  /** With worker.js and signer.config.json. */
  readonly folder: string
  /** With one file for each Worker secret. */
  readonly secrets: string
  readonly tlsCertificate: string
  readonly tlsKey: string
  /** PEM of the authority of the TLS certificate. */
  readonly tlsCaPem: string
  readonly clientKeyPem: string
  /** Registers the client at the running signer. */
  readonly enrol: () => Promise<void>
}

/** Where clients find the signer. */
export interface SignerAddress {
  readonly url: string
  /** Names and addresses in its TLS certificate. */
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
}

const clientsSchema = z.object({ clients: z.record(z.string(), z.looseObject({})) })
const secretSchema = z.looseObject({ stringData: z.object({ 'private-key.pem': z.string() }) })

/** Creates everything in a new folder. */
export async function createSignerProject(
  directory: string,
  { url, dnsNames = [], ipAddresses = [] }: SignerAddress,
): Promise<SignerProject> {
  await mkdir(directory)
  const path = (name: string): string => join(directory, name)
  const run = async (command: string): Promise<unknown> =>
    mustRunCli(command.split(' '), { cwd: directory })
  await run('ca init --out ca')
  await run(`worker init project --url ${url} --ca ca --issuer ${ISSUER} --admin ${ADMIN} --keys .`)
  await run(`client create ${CLIENT} --unrestricted --out .`)
  await mkdir(path('secrets'))
  await cp(path(join('ca', CA_PATHS.issuingKey)), path(join('secrets', keySecretName(ISSUER))))
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
    folder: path('project'),
    secrets: path('secrets'),
    tlsCertificate: path('tls.crt'),
    tlsKey: path('tls.key'),
    tlsCaPem: authority.certificatePem,
    clientKeyPem: secret.stringData['private-key.pem'],
    enrol: async () => {
      const file = path(`${CLIENT}.client.json`)
      await liftRate(file)
      const at = `--url ${url} --key ${ADMIN}.admin.key --ca-file tls-ca.pem`
      await run(`clients apply --file ${file} ${at}`)
    },
  }
}

/** Tests ask for as many certificates as the signer can make. */
async function liftRate(file: string): Promise<void> {
  const { clients } = clientsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const lifted = Object.entries(clients).map(([name, entry]) => [
    name,
    { ...entry, certificatesPerMinute: null, repeatsPerMinute: 100_000 },
  ])
  await writeFile(file, JSON.stringify({ clients: Object.fromEntries(lifted) }))
}
