/**
 * The certificate authority of a control plane, and every certificate and key that its parts need, as
 * files. They are made at the first start in a folder and kept: tokens and kubeconfigs of an earlier
 * start stay valid.
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere } from '../files/read-if-there.ts'
import { type KeyedCertificate, type LeafOptions, createAuthority, issueLeaf } from '../pki/pki.ts'

/** Paths of a certificate and its key. */
interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** A client's certificate and key, as PEM. */
interface ClientIdentity {
  readonly certificatePem: string
  readonly keyPem: string
}

/** All that is needed to serve, to be trusted, and to log in. */
export interface ClusterPki {
  /** One authority for servers and clients alike; their certificates differ in the key usage. */
  readonly authority: { readonly file: string; readonly pem: string }
  readonly apiServer: CertificateFiles
  readonly controllerManagerServer: CertificateFiles
  readonly webhook: CertificateFiles
  /** A client in the group system:masters, with every permission. */
  readonly admin: ClientIdentity
  readonly adminFiles: CertificateFiles
  readonly controllerManager: ClientIdentity
  /** Signs and verifies the tokens of ServiceAccounts. */
  readonly serviceAccountKeys: { readonly privateKey: string; readonly publicKey: string }
}

const AUTHORITY = 'ca'
/** Address of the Service "kubernetes", by which Pods find the API server: the first of its range. */
const SERVICE_ADDRESS = '10.0.0.1'
const SERVERS = ['api-server', 'controller-manager-server', 'webhook'] as const
/** Subjects are `O=<group>, CN=<user>` (Kubernetes, X.509 client certificates). */
const CLIENTS = {
  admin: [{ O: ['system:masters'] }, { CN: ['admin'] }],
  'controller-manager': [{ CN: ['system:kube-controller-manager'] }],
} as const satisfies Record<string, LeafOptions['subject']>

/**
 * Reads the files in the folder, or makes them if this is the first start.
 *
 * @param addressForNodes - Where nodes find the API server, if there are any.
 */
export async function openClusterPki(
  folder: string,
  addressForNodes?: string,
): Promise<ClusterPki> {
  const path = (name: string): string => join(folder, name)
  const files = (name: string): CertificateFiles => ({
    certificate: path(`${name}.crt`),
    key: path(`${name}.key`),
  })
  const identity = async (name: keyof typeof CLIENTS): Promise<ClientIdentity> => ({
    certificatePem: await readFile(files(name).certificate, 'utf8'),
    keyPem: await readFile(files(name).key, 'utf8'),
  })
  const authority = files(AUTHORITY).certificate
  const pem = (await readIfThere(authority)) ?? (await createAll(folder, addressForNodes))
  return {
    authority: { file: authority, pem },
    apiServer: files('api-server'),
    controllerManagerServer: files('controller-manager-server'),
    webhook: files('webhook'),
    admin: await identity('admin'),
    adminFiles: files('admin'),
    controllerManager: await identity('controller-manager'),
    serviceAccountKeys: {
      privateKey: path('service-account.key'),
      publicKey: path('service-account.pub'),
    },
  }
}

/** Makes every file and gives the authority's certificate, which is written last: its presence means that all are there. */
async function createAll(folder: string, addressForNodes?: string): Promise<string> {
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
  }
  const writeLeaf = async (name: string, leaf: KeyedCertificate): Promise<void> => {
    await write(`${name}.crt`, leaf.certificatePem)
    await write(`${name}.key`, leaf.keyPem)
  }
  const issuer = await createAuthority({ commonName: 'control plane of the tests' })
  for (const name of SERVERS) {
    await writeLeaf(
      name,
      await issueLeaf({
        issuer,
        subject: [{ CN: [name] }],
        usage: 'server',
        dnsNames: ['localhost'],
        ipAddresses: [
          '127.0.0.1',
          ...(addressForNodes === undefined ? [] : [addressForNodes, SERVICE_ADDRESS]),
        ],
      }),
    )
  }
  for (const [name, subject] of Object.entries(CLIENTS)) {
    await writeLeaf(name, await issueLeaf({ issuer, subject: [...subject], usage: 'client' }))
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await write('service-account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  await write('service-account.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString())
  await write(`${AUTHORITY}.key`, issuer.keyPem)
  await write(`${AUTHORITY}.crt`, issuer.certificatePem)
  return issuer.certificatePem
}
