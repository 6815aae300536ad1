import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { KEY_TYPE_NAMES, type KeyType } from '../../../cli/src/ca/key-type.ts'
import { mustOpenssl, verifiedLeaf } from '../support/openssl.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

/** Two RSA keys of 4096 bits can take long on a busy machine. */
const KEY_GENERATION_TIMEOUT_MS = 120_000

/** What openssl shows of the signature and of the key. */
const ALGORITHMS = {
  p256: ['ecdsa-with-SHA256', 'NIST CURVE: P-256'],
  p384: ['ecdsa-with-SHA384', 'NIST CURVE: P-384'],
  p521: ['ecdsa-with-SHA512', 'NIST CURVE: P-521'],
  rsa2048: ['sha256WithRSAEncryption', 'Public-Key: (2048 bit)'],
  rsa3072: ['sha256WithRSAEncryption', 'Public-Key: (3072 bit)'],
  rsa4096: ['sha256WithRSAEncryption', 'Public-Key: (4096 bit)'],
  ed25519: ['ED25519', 'ED25519 Public-Key'],
} as const satisfies Record<KeyType, readonly string[]>

const showText = async (file: string, cwd: string): Promise<string> =>
  mustOpenssl(`x509 -in ${file} -noout -text`, cwd)

describe('an authority', () => {
  it.for(KEY_TYPE_NAMES)(
    'of %s keys is a chain that openssl accepts down to a leaf',
    { timeout: KEY_GENERATION_TIMEOUT_MS },
    async (keyType, { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      const made = await runCli(`ca init --key-type ${keyType}`, { cwd })
      expect({ exitCode: made.exitCode, stderr: made.stderr }).toEqual({ exitCode: 0, stderr: '' })
      const leaf = { name: 'leaf', subjectAltName: 'DNS:anything.example' }
      expect(await verifiedLeaf(leaf, cwd)).toEqual({ exitCode: 0, output: 'leaf.pem: OK\n' })
      for (const file of ['ca/root.pem', 'ca/chain.pem']) {
        const shown = await showText(file, cwd)
        for (const fact of ALGORITHMS[keyType]) expect(shown).toContain(fact)
      }
    },
  )

  it('has a root without limits, for certificates and CRLs only', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    await runCli(['ca', 'init', '--name', 'Acme', '--organization', 'Acme Ltd'], { cwd })
    const shown = await showText('ca/root.pem', cwd)
    expect(shown).toContain('Issuer: O = Acme Ltd, CN = Acme Root CA')
    expect(shown).toContain('Subject: O = Acme Ltd, CN = Acme Root CA')
    expect(shown).toMatch(/Basic Constraints: critical\s+CA:TRUE\n/)
    expect(shown).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/)
    expect(shown).toContain('Subject Key Identifier')
    expect(shown).not.toMatch(/Authority Key|Name Constraints|Extended Key Usage/)
  })

  it('has an issuing CA of path length 0 with critical limits', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init --name Acme --permit-dns acme.internal', { cwd })
    const shown = await showText('ca/chain.pem', cwd)
    expect(shown).toContain('Issuer: CN = Acme Root CA')
    expect(shown).toContain('Subject: CN = Acme Issuing CA')
    expect(shown).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/)
    expect(shown).toMatch(/Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign\n/)
    expect(shown).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:acme.internal\n/)
    expect(shown).not.toContain('Extended Key Usage')
  })

  it('limits extended usages and path length when asked', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const usages = ['server auth', 'email protection', 's/mime']
    await runCli(
      [
        ...'ca init --path-length 1'.split(' '),
        ...usages.flatMap((usage) => ['--extended-usage', usage]),
      ],
      { cwd },
    )
    const shown = await showText('ca/chain.pem', cwd)
    expect(shown).toContain('pathlen:1')
    expect(shown).toMatch(
      /Extended Key Usage: *\n *TLS Web Server Authentication, E-mail Protection\n/,
    )
  })

  it('identifies keys by RFC 7093 method 1', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init', { cwd })
    await mustOpenssl('x509 -in ca/root.pem -pubkey -noout -out p.pem', cwd)
    await mustOpenssl('pkey -pubin -in p.pem -outform DER -out p.der', cwd)
    // A P-256 key's bit string is the last 65 octets of its SubjectPublicKeyInfo.
    await writeFile(join(cwd, 'point'), (await readFile(join(cwd, 'p.der'))).subarray(-65))
    const digest = await mustOpenssl('dgst -sha256 point', cwd)
    const keyId = / ([0-9a-f]{40})[0-9a-f]{24}\n$/.exec(digest)?.[1]?.toUpperCase()
    const shown = keyId?.match(/../g)?.join(':') ?? 'no digest'
    const space = '\n                '
    expect(await showText('ca/root.pem', cwd)).toContain(
      `Subject Key Identifier: ${space}${shown}\n`,
    )
    expect(await showText('ca/chain.pem', cwd)).toContain(
      `Authority Key Identifier: ${space}${shown}\n`,
    )
  })

  it('counts both ends of a lifetime, starts a minute ago, and can pass 2050', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
    await runCli('ca init --root-duration 30y --intermediate-duration 24h', { cwd, nowMs })
    expect(await mustOpenssl('x509 -in ca/chain.pem -noout -dates', cwd)).toBe(
      'notBefore=Jan  2 03:03:05 2026 GMT\nnotAfter=Jan  3 03:03:04 2026 GMT\n',
    )
    const parsed = await mustOpenssl('asn1parse -in ca/root.pem', cwd)
    expect(parsed).toContain('UTCTIME           :260102030305Z')
    expect(parsed).toContain('GENERALIZEDTIME   :20551226030304Z')
  })

  it('gives each certificate its own serial number of 20 octets', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    await runCli('ca init', { cwd })
    const serials = await Promise.all(
      ['ca/root.pem', 'ca/chain.pem'].map(
        async (file) => new X509Certificate(await readFile(join(cwd, file))).serialNumber,
      ),
    )
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{39}$/)
    expect(new Set(serials).size).toBe(2)
  })

  it.for([
    ['inside', 'DNS:web.acme.internal,IP:10.1.2.3', 0, /OK/],
    ['at', 'DNS:acme.internal', 0, /OK/],
    ['outside', 'DNS:acme.example', 2, /permitted subtree violation/],
    ['beside', 'DNS:notacme.internal', 2, /permitted subtree violation/],
    ['excluded', 'DNS:a.secret.acme.internal', 2, /excluded subtree violation/],
    ['address', 'IP:192.0.2.1', 2, /permitted subtree violation/],
    ['excluded-address', 'IP:10.66.0.1', 2, /excluded subtree violation/],
    ['mail', 'email:ann@acme.example', 0, /OK/],
    ['other-mail', 'email:ann@other.example', 2, /permitted subtree violation/],
    ['uri', 'URI:spiffe://acme.internal/ns/a', 0, /OK/],
    ['other-uri', 'URI:spiffe://acme.example/ns/a', 2, /permitted subtree violation/],
  ] as const)(
    'limits names: %s (%s)',
    async ([name, subjectAltName, exitCode, output], { expect, ...context }) => {
      const cwd = await temporaryFolder(context)
      await runCli(
        `ca init --permit-dns acme.internal --exclude-dns secret.acme.internal
         --permit-ip 10.0.0.0/8 --exclude-ip 10.66.0.0/16
         --permit-email acme.example --permit-uri acme.internal`,
        { cwd },
      )
      const verified = await verifiedLeaf({ name, subjectAltName }, cwd)
      expect(verified.output).toMatch(output)
      expect(verified.exitCode).toBe(exitCode)
    },
  )
})
