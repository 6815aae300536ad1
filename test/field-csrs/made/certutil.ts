/** Requests by NSS' `certutil`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { type ExpectedNames, inFolder, type MadeCsr } from './made-csr.ts'
import type { DebianTool } from './tools/tools.ts'

const SUBJECT = 'CN=nss.acme.internal,O=Example AG,C=CH'

/** Words separated by single spaces, and further arguments as they are. */
interface Dialect {
  readonly title: string
  readonly args: string
  readonly more: readonly string[]
  readonly expected: ExpectedNames
}

const DIALECTS: readonly Dialect[] = [
  {
    title: 'an EC key, names by -8, in PEM with its text',
    args: '-a -k ec -q nistp256 -8 nss.acme.internal,www.acme.internal',
    more: ['-s', SUBJECT],
    expected: { subject: SUBJECT, names: 'DNS:nss.acme.internal, DNS:www.acme.internal' },
  },
  {
    title: 'an RSA key, usages, SAN with an address',
    args: '-a -k rsa -g 2048 --extSAN dns:nss.acme.internal,ip:10.1.2.3 --keyUsage digitalSignature,nonRepudiation',
    more: ['-s', SUBJECT],
    expected: { subject: SUBJECT, names: 'DNS:nss.acme.internal, IP Address:10.1.2.3' },
  },
  {
    title: 'in DER, e-mail in the subject',
    args: '-k ec -q nistp384',
    more: ['-s', 'E=a@acme.internal,CN=nss.acme.internal'],
    expected: { subject: 'emailAddress=a@acme.internal,CN=nss.acme.internal' },
  },
]

const make = async ({ command, env }: DebianTool, { args, more }: Dialect): Promise<Uint8Array> =>
  inFolder(async ({ path, run, read }) => {
    await mkdir(path('db'))
    await writeFile(path('noise'), 'it is mixed into the random numbers of the library')
    await run(command, ['-N', '-d', 'sql:db', '--empty-password'], { env })
    await run(command, [...`-R -d sql:db -z noise -o a.csr ${args}`.split(' '), ...more], { env })
    return read('a.csr')
  })

/** @param tool - The program, found or fetched. */
export const certutilCsrs = (tool: DebianTool): readonly MadeCsr[] =>
  DIALECTS.map((dialect) => ({
    name: `certutil: ${dialect.title}`,
    make: async () => make(tool, dialect),
    expected: dialect.expected,
  }))
