/** Requests by NSS' `certutil`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { inFolder, type MadeCsr } from './made-csr.ts'
import type { DebianTool } from './tools/tools.ts'

const generate = (
  { command, env }: DebianTool,
  title: string,
  args: readonly string[],
  expected: Omit<MadeCsr, 'name' | 'make'>,
): MadeCsr => ({
  name: `certutil: ${title}`,
  make: async () =>
    inFolder(async ({ path, run, read }) => {
      await mkdir(path('db'))
      await writeFile(path('noise'), 'it is mixed into the random numbers of the library')
      await run(command, ['-N', '-d', 'sql:db', '--empty-password'], { env })
      const output = ['-z', 'noise', '-o', 'a.csr']
      await run(command, ['-R', '-d', 'sql:db', ...args, ...output], { env })
      return read('a.csr')
    }),
  ...expected,
})

const SUBJECT = ['-s', 'CN=nss.acme.internal,O=Example AG,C=CH'] as const
const subject = 'CN=nss.acme.internal,O=Example AG,C=CH'

/** @param tool - The program, found or fetched. */
export const certutilCsrs = (tool: DebianTool): readonly MadeCsr[] => [
  generate(
    tool,
    'an EC key, names by -8 and --extSAN, in PEM with its text',
    [
      ...['-k', 'ec', '-q', 'nistp256', ...SUBJECT, '-a'],
      ...['-8', 'nss.acme.internal,www.acme.internal'],
    ],
    { subject, names: 'DNS:nss.acme.internal, DNS:www.acme.internal' },
  ),
  generate(
    tool,
    'an RSA key, usages, SAN with an address',
    [
      ...['-k', 'rsa', '-g', '2048', ...SUBJECT, '-a'],
      ...['--extSAN', 'dns:nss.acme.internal,ip:10.1.2.3'],
      ...['--keyUsage', 'digitalSignature,nonRepudiation'],
    ],
    { subject, names: 'DNS:nss.acme.internal, IP Address:10.1.2.3' },
  ),
  generate(
    tool,
    'in DER, e-mail in the subject',
    ['-k', 'ec', '-q', 'nistp384', '-s', 'E=a@acme.internal,CN=nss.acme.internal'],
    { subject: 'emailAddress=a@acme.internal,CN=nss.acme.internal' },
  ),
]
