/** Requests by GnuTLS' `certtool`. */
import { writeFile } from 'node:fs/promises'
import { inFolder, type MadeCsr, textFile } from './made-csr.ts'
import type { DebianTool } from './tools/tools.ts'

const generate = (
  tool: DebianTool,
  title: string,
  {
    key,
    template,
    isDer = false,
  }: {
    readonly key: readonly string[]
    readonly template: string
    readonly isDer?: boolean
  },
  expected: Omit<MadeCsr, 'name' | 'make'>,
): MadeCsr => ({
  name: `certtool: ${title}`,
  make: async () =>
    inFolder(async ({ path, run, read }) => {
      const { env } = tool
      await writeFile(path('a.cfg'), template)
      await run(tool.command, ['--generate-privkey', ...key, '--outfile', 'key.pem'], { env })
      const args = ['--generate-request', '--load-privkey', 'key.pem', '--template', 'a.cfg']
      // Its text goes before the block, unless --no-text is there.
      if (!isDer) return textFile(await run(tool.command, args, { env }))
      await run(tool.command, [...args, '--outder', '--outfile', 'a.der'], { env })
      return read('a.der')
    }),
  ...expected,
})

const EC = ['--key-type', 'ecdsa', '--curve', 'secp256r1'] as const

/** @param tool - The program, found or fetched. */
export const certtoolCsrs = (tool: DebianTool): readonly MadeCsr[] => [
  generate(
    tool,
    'purposes, names and keys in the template',
    {
      key: ['--key-type', 'rsa', '--bits', '2048'],
      template: `cn = gt.acme.internal
organization = Example AG
country = CH
dns_name = gt.acme.internal
ip_address = 10.0.0.8
uri = spiffe://acme.internal/gt
email = gt@acme.internal
tls_www_client
tls_www_server
signing_key
encryption_key
honor_crq_extensions
`,
    },
    {
      subject: 'CN=gt.acme.internal,O=Example AG,C=CH',
      names:
        'DNS:gt.acme.internal, URI:spiffe://acme.internal/gt, IP Address:10.0.0.8, email:gt@acme.internal',
    },
  ),
  generate(
    tool,
    'an EC key, a purpose by its number, a password',
    {
      key: EC,
      template: `cn = gt.acme.internal
dns_name = gt.acme.internal
key_purpose_oid = 1.3.6.1.5.5.7.3.1
signing_key
challenge_password = secret
`,
    },
    { subject: 'CN=gt.acme.internal', names: 'DNS:gt.acme.internal' },
  ),
  generate(
    tool,
    'Ed25519, in DER',
    {
      key: ['--key-type', 'ed25519'],
      template: 'cn = gt.acme.internal\ndns_name = gt.acme.internal\n',
      isDer: true,
    },
    { subject: 'CN=gt.acme.internal', names: 'DNS:gt.acme.internal' },
  ),
]
