/** Requests by `openssl req`. */
import { writeFile } from 'node:fs/promises'
import { inFolder, type MadeCsr } from './made-csr.ts'

const HOST = 'web.acme.internal'
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] as const
const RSA = ['-newkey', 'rsa:2048'] as const
const SAN = ['-addext', `subjectAltName=DNS:${HOST}`] as const

/** What Windows and SCEP clients add to the request itself, by a configuration file. */
const MICROSOFT = `
[req]
prompt = no
distinguished_name = name
attributes = more
req_extensions = extensions
[name]
CN = ${HOST}
[more]
challengePassword = a-shared-secret
unstructuredName = a device
1.3.6.1.4.1.311.13.2.3 = 10.0.20348.2
[extensions]
subjectAltName = DNS:${HOST}
subjectKeyIdentifier = hash
1.3.6.1.4.1.311.20.2 = ASN1:BMP:WebServer
1.3.6.1.4.1.311.21.7 = DER:302f06272b060104018237150881d0ec4781f4d01a84e5811384a6c36187a8d70e8115c5f05187a1ec13020164020104
nsComment = made by openssl
certificatePolicies = 1.2.3.4
`

const req = (
  title: string,
  args: readonly string[],
  expected: Omit<MadeCsr, 'name' | 'make'>,
  config?: string,
): MadeCsr => ({
  name: `openssl req: ${title}`,
  make: async () =>
    inFolder(async ({ path, run, read }) => {
      if (config !== undefined) await writeFile(path('req.cnf'), config)
      const more = config === undefined ? [] : ['-config', 'req.cnf']
      const output = ['-nodes', '-keyout', 'key.pem', '-out', 'a.csr']
      await run('openssl', ['req', '-new', ...args, ...more, ...output])
      return read('a.csr')
    }),
  ...expected,
})

const subject = `CN=${HOST}`
const names = `DNS:${HOST}`

/** Each in another dialect of the same tool. */
export const OPENSSL: readonly MadeCsr[] = [
  req('RSA with a SAN', [...RSA, '-subj', `/CN=${HOST}`, ...SAN], { subject, names }),
  req('EC with a SAN', [...EC, '-subj', `/CN=${HOST}`, ...SAN], { subject, names }),
  req('Ed25519', ['-newkey', 'ed25519', '-subj', `/CN=${HOST}`, ...SAN], { subject, names }),
  req(
    'P-384 and SHA-512',
    [
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      ...['-sha512', '-subj', `/CN=${HOST}`, ...SAN],
    ],
    { subject, names },
  ),
  req('header NEW CERTIFICATE REQUEST', [...EC, '-newhdr', '-subj', `/CN=${HOST}`, ...SAN], {
    subject,
    names,
  }),
  req('text before the block', [...EC, '-text', '-subj', `/CN=${HOST}`, ...SAN], {
    subject,
    names,
  }),
  req(
    'RSASSA-PSS',
    [
      ...[...RSA, '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'],
      ...['-subj', `/CN=${HOST}`, ...SAN],
    ],
    { subject, names },
  ),
  req('a common name and nothing else', [...EC, '-subj', `/CN=${HOST}`], { subject }),
  req(
    'e-mail in the subject',
    [...EC, '-subj', `/C=CH/O=Example AG/CN=${HOST}/emailAddress=a@acme.internal`],
    {
      subject: `emailAddress=a@acme.internal,CN=${HOST},O=Example AG,C=CH`,
    },
  ),
  req(
    'SAN without a subject',
    [...EC, '-subj', '/', '-addext', `subjectAltName=critical,DNS:${HOST}`],
    {
      subject: '',
      names,
    },
  ),
  req('attributes and extensions of Microsoft', [...RSA], { subject, names }, MICROSOFT),
]
