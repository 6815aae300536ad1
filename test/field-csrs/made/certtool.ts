/** Requests by GnuTLS' `certtool`. */
import { writeFile } from 'node:fs/promises'
import { inFolder, type MadeCsr, textFile } from './made-csr.ts'
import type { DebianTool } from './tools/tools.ts'

/** `key` is words separated by single spaces. */
interface Dialect {
  readonly title: string
  readonly key: string
  readonly template: string
  readonly isDer?: boolean
  readonly names?: string
}

const HOST = 'gt.acme.internal'

/** A template has a line for each value. */
const DIALECTS: readonly Dialect[] = [
  {
    title: 'purposes, names and keys in the template',
    key: '--key-type rsa --bits 2048',
    template: `cn = ${HOST}
dns_name = ${HOST}
ip_address = 10.0.0.8
uri = spiffe://acme.internal/gt
email = gt@acme.internal
tls_www_client
tls_www_server
signing_key
encryption_key
`,
    names: `DNS:${HOST}, URI:spiffe://acme.internal/gt, IP Address:10.0.0.8, email:gt@acme.internal`,
  },
  {
    title: 'an EC key, a purpose by its number, a password',
    key: '--key-type ecdsa --curve secp256r1',
    template: `cn = ${HOST}
dns_name = ${HOST}
key_purpose_oid = 1.3.6.1.5.5.7.3.1
signing_key
challenge_password = secret
`,
  },
  {
    title: 'Ed25519, in DER',
    key: '--key-type ed25519',
    template: `cn = ${HOST}\ndns_name = ${HOST}\n`,
    isDer: true,
  },
]

const make = async (
  { command, env }: DebianTool,
  { key, template, isDer = false }: Dialect,
): Promise<Uint8Array> =>
  inFolder(async ({ path, run, read }) => {
    await writeFile(path('a.cfg'), template)
    await run(command, `--generate-privkey ${key} --outfile key.pem`.split(' '), { env })
    const args = '--generate-request --load-privkey key.pem --template a.cfg'.split(' ')
    // Its text goes before the block, unless --no-text is there.
    if (!isDer) return textFile(await run(command, args, { env }))
    await run(command, [...args, '--outder', '--outfile', 'a.der'], { env })
    return read('a.der')
  })

/** @param tool - The program, found or fetched. */
export const certtoolCsrs = (tool: DebianTool): readonly MadeCsr[] =>
  DIALECTS.map((dialect) => ({
    name: `certtool: ${dialect.title}`,
    make: async () => make(tool, dialect),
    expected: { subject: `CN=${HOST}`, names: dialect.names ?? `DNS:${HOST}` },
  }))
