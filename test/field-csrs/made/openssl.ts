/** Requests by `openssl req`. */
import { writeFile } from 'node:fs/promises'
import { type ExpectedNames, inFolder, type MadeCsr } from './made-csr.ts'

const HOST = 'web.acme.internal'
const SAN = `-addext subjectAltName=DNS:${HOST}`
const NAMED = `-subj /CN=${HOST} ${SAN}`
const EC = '-newkey ec -pkeyopt ec_paramgen_curve:P-256'
const RSA = '-newkey rsa:2048'
const PSS = '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest'

const subject = `CN=${HOST}`
const names = `DNS:${HOST}`

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

/** One dialect: words separated by single spaces, further arguments as they are, a configuration file. */
interface Dialect {
  readonly title: string
  readonly args: string
  readonly more?: readonly string[]
  readonly config?: string
  readonly expected?: ExpectedNames
}

const DIALECTS: readonly Dialect[] = [
  { title: 'RSA with a SAN', args: `${RSA} ${NAMED}` },
  { title: 'EC with a SAN', args: `${EC} ${NAMED}` },
  { title: 'Ed25519', args: `-newkey ed25519 ${NAMED}` },
  {
    title: 'P-384 and SHA-512',
    args: `-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha512 ${NAMED}`,
  },
  { title: 'header NEW CERTIFICATE REQUEST', args: `${EC} -newhdr ${NAMED}` },
  { title: 'text before the block', args: `${EC} -text ${NAMED}` },
  { title: 'in DER', args: `${EC} -outform DER ${NAMED}` },
  { title: 'RSASSA-PSS', args: `${RSA} ${PSS} ${NAMED}` },
  {
    title: 'a common name and nothing else',
    args: `${EC} -subj /CN=${HOST}`,
    expected: { subject },
  },
  {
    title: 'e-mail in the subject',
    args: EC,
    more: ['-subj', `/C=CH/O=Example AG/CN=${HOST}/emailAddress=a@acme.internal`],
    expected: { subject: `emailAddress=a@acme.internal,CN=${HOST},O=Example AG,C=CH` },
  },
  {
    title: 'SAN without a subject',
    args: `${EC} -subj / -addext subjectAltName=critical,DNS:${HOST}`,
    expected: { subject: '', names },
  },
  { title: 'attributes and extensions of Microsoft', args: RSA, config: MICROSOFT },
]

const make = async ({ args, more = [], config }: Dialect): Promise<Uint8Array> =>
  inFolder(async ({ path, run, read }) => {
    if (config !== undefined) await writeFile(path('req.cnf'), config)
    const file = config === undefined ? '' : ' -config req.cnf'
    const command = `req -new -nodes -keyout key.pem -out a.csr${file} ${args}`
    await run('openssl', [...command.split(' '), ...more])
    return read('a.csr')
  })

/** Each in another dialect of the same tool. */
export const OPENSSL: readonly MadeCsr[] = DIALECTS.map((dialect) => ({
  name: `openssl req: ${dialect.title}`,
  make: async () => make(dialect),
  expected: dialect.expected ?? { subject, names },
}))
