/** Requests by Java's `keytool -certreq`. */
import { inFolder, type MadeCsr } from './made-csr.ts'

/** `key` is words separated by single spaces. */
interface Dialect {
  readonly title: string
  readonly key: string
  /** Distinguished name, and subject of the certificate where it is written otherwise. */
  readonly dname: string
  readonly subject?: string
  readonly extensions?: readonly string[]
  readonly names?: string
}

const RSA = '-keyalg RSA -keysize 2048'
const BROKER = 'CN=broker1.acme.internal,OU=Kafka,O=Example AG,L=Zurich,ST=ZH,C=CH'

const DIALECTS: readonly Dialect[] = [
  { title: 'plain', key: RSA, dname: BROKER },
  {
    title: 'every kind of SAN, and EKU',
    key: RSA,
    dname: BROKER,
    extensions: [
      'SAN=dns:broker1.acme.internal,ip:10.0.0.7,uri:spiffe://acme.internal/kafka,email:kafka@acme.internal',
      'EKU=serverAuth,clientAuth',
    ],
    names:
      'DNS:broker1.acme.internal, IP Address:10.0.0.7, URI:spiffe://acme.internal/kafka, email:kafka@acme.internal',
  },
  {
    title: 'key usages, basicConstraints',
    key: '-keyalg EC -groupname secp256r1',
    dname: 'CN=ec.acme.internal',
    extensions: ['SAN=dns:ec.acme.internal', 'KU:critical=digitalSignature', 'BC=ca:false'],
    names: 'DNS:ec.acme.internal',
  },
  {
    title: 'Ed25519, e-mail in the subject',
    key: '-keyalg Ed25519',
    dname: 'CN=ed.acme.internal,EMAILADDRESS=x@acme.internal',
    subject: 'CN=ed.acme.internal,emailAddress=x@acme.internal',
  },
]

const make = async ({ key, dname, extensions = [] }: Dialect): Promise<Uint8Array> =>
  inFolder(async ({ run, read }) => {
    const store = '-keystore store.p12 -storetype PKCS12 -storepass changeit -alias a'
    await run('keytool', [...`-genkeypair ${store} ${key}`.split(' '), '-dname', dname])
    const more = extensions.flatMap((extension) => ['-ext', extension])
    await run('keytool', [...`-certreq ${store} -file a.csr`.split(' '), ...more])
    return read('a.csr')
  })

/** Each with keytool's own subjectKeyIdentifier, which no one asks for. */
export const KEYTOOL: readonly MadeCsr[] = DIALECTS.map((dialect) => ({
  name: `keytool: ${dialect.title}`,
  make: async () => make(dialect),
  expected: { subject: dialect.subject ?? dialect.dname, names: dialect.names },
}))
