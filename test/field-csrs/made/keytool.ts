/** Requests by Java's `keytool -certreq`. */
import { inFolder, type MadeCsr } from './made-csr.ts'

const certreq = (
  title: string,
  {
    key,
    dname,
    extensions = [],
  }: {
    readonly key: readonly string[]
    readonly dname: string
    readonly extensions?: readonly string[]
  },
  expected: Omit<MadeCsr, 'name' | 'make'>,
): MadeCsr => ({
  name: `keytool: ${title}`,
  make: async () =>
    inFolder(async ({ run, read }) => {
      const store = ['-keystore', 'store.p12', '-storetype', 'PKCS12', '-storepass', 'changeit']
      await run('keytool', ['-genkeypair', ...store, '-alias', 'a', ...key, '-dname', dname])
      const more = extensions.flatMap((extension) => ['-ext', extension])
      await run('keytool', ['-certreq', ...store, '-alias', 'a', ...more, '-file', 'a.csr'])
      return read('a.csr')
    }),
  ...expected,
})

const RSA = ['-keyalg', 'RSA', '-keysize', '2048'] as const
const BROKER = 'CN=broker1.acme.internal,OU=Kafka,O=Example AG,L=Zurich,ST=ZH,C=CH'

/** Each with keytool's own subjectKeyIdentifier, which nobody asks for. */
export const KEYTOOL: readonly MadeCsr[] = [
  certreq('plain', { key: RSA, dname: BROKER }, { subject: BROKER }),
  certreq(
    'every kind of SAN, and EKU',
    {
      key: RSA,
      dname: BROKER,
      extensions: [
        'SAN=dns:broker1.acme.internal,ip:10.0.0.7,uri:spiffe://acme.internal/kafka,email:kafka@acme.internal',
        'EKU=serverAuth,clientAuth',
      ],
    },
    {
      subject: BROKER,
      names:
        'DNS:broker1.acme.internal, IP Address:10.0.0.7, URI:spiffe://acme.internal/kafka, email:kafka@acme.internal',
    },
  ),
  certreq(
    'key usages, basicConstraints',
    {
      key: ['-keyalg', 'EC', '-groupname', 'secp256r1'],
      dname: 'CN=ec.acme.internal',
      extensions: ['SAN=dns:ec.acme.internal', 'KU:critical=digitalSignature', 'BC=ca:false'],
    },
    { subject: 'CN=ec.acme.internal', names: 'DNS:ec.acme.internal' },
  ),
  certreq(
    'Ed25519, e-mail in the subject',
    { key: ['-keyalg', 'Ed25519'], dname: 'CN=ed.acme.internal,EMAILADDRESS=x@acme.internal' },
    { subject: 'CN=ed.acme.internal,emailAddress=x@acme.internal' },
  ),
]
