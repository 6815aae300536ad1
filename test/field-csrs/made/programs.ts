import { writeFile } from 'node:fs/promises'
/** Requests by programs of ours on top of other libraries: Go, Python, mbedTLS. */
import { join } from 'node:path'
import { ascii, generalName, makeKey, seq } from '@edge-issuer/testbed/pki/x509'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { type ExpectedNames, inFolder, type MadeCsr, textFile } from './made-csr.ts'
import type { DebianTool } from './tools/tools.ts'

const madeSchema = z.record(z.string(), z.string())

/** One run of a program that prints a JSON object of PEM by name; each request takes its own. */
function byProgram(
  title: string,
  command: string,
  args: readonly string[],
): (name: string, expected: ExpectedNames) => MadeCsr {
  let made: Promise<Readonly<Record<string, string>>> | undefined
  const run = async (): Promise<Readonly<Record<string, string>>> => {
    const { code, stdout, stderr } = await runCommand({ command, args, env: process.env })
    if (code !== 0) throw new Error(`${command} failed:\n${stderr}`)
    return madeSchema.parse(JSON.parse(stdout))
  }
  return (name, expected) => ({
    name: `${title}: ${name}`,
    make: async () => {
      made ??= run()
      return textFile((await made)[name] ?? '')
    },
    expected,
  })
}

/** @param path - The program of `go/`. */
export function goCsrs(path: string): readonly MadeCsr[] {
  const made = byProgram('Go', path, [])
  return [
    made('istio-serving', {
      subject: 'O=',
      names: 'DNS:cert-manager-istio-csr.cert-manager.svc',
    }),
    made('istio-sidecar', { subject: 'O=', names: 'URI:spiffe://cluster.local/ns/foo/sa/httpbin' }),
    made('istio-sidecar-ec', {
      subject: 'O=',
      names: 'URI:spiffe://cluster.local/ns/foo/sa/httpbin',
    }),
    made('istio-gateway', {
      subject: 'CN=istiod.istio-system.svc,O=Istio',
      names: 'DNS:istiod.istio-system.svc, DNS:istiod.istio-system',
    }),
    made('x509', {
      subject: 'CN=go.acme.internal,O=system:masters+O=b',
      names:
        'DNS:go.acme.internal, DNS:*.go.acme.internal, email:go@acme.internal, IP Address:10.0.0.9, IP Address:2001:DB8:0:0:0:0:0:9, URI:https://acme.internal/go',
    }),
    made('x509-empty-values', {
      subject: 'OU=,O=',
      names: 'DNS:go.acme.internal, DNS:go.acme.internal',
    }),
    made('scep', { subject: 'CN=device-17,O=Example AG' }),
  ]
}

/** @param python - An interpreter that has the package cryptography. */
export function pythonCsrs(python: string): readonly MadeCsr[] {
  const script = join(import.meta.dirname, 'cryptography_csrs.py')
  const made = byProgram('Python cryptography', python, [script])
  const subject = 'CN=py.acme.internal'
  const names = 'DNS:py.acme.internal'
  return [
    made('san', {
      subject: `jurisdictionC=CH,${subject}`,
      names: `${names}, IP Address:2001:DB8:0:0:0:0:0:7, URI:urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66`,
    }),
    made('usages', { subject, names }),
    made('pss', { subject, names }),
    made('ed25519', { subject, names }),
  ]
}

const MBEDTLS_KEYS = ['RSA-2048', 'P-256'] as const

/** @param tool - A Python that finds the library. */
export const mbedtlsCsrs = ({ command, env }: DebianTool): readonly MadeCsr[] =>
  MBEDTLS_KEYS.map((type) => ({
    name: `mbedTLS 2.28: ${type}, key usage and Netscape's certificate type`,
    make: async () =>
      inFolder(async ({ path, run }) => {
        await writeFile(path('key.pem'), makeKey(type).privateKeyPem)
        const san = seq(generalName.dns('m.acme.internal'), generalName.uri('urn:plc:m'))
        const script = join(import.meta.dirname, 'mbedtls.py')
        const args = ['key.pem', 'CN=m.acme.internal,O=Ex,serialNumber=A12', hexOf(san)]
        return ascii(await run(command, [script, ...args], { env }))
      }),
    expected: {
      subject: 'serialNumber=A12,O=Ex,CN=m.acme.internal',
      names: 'DNS:m.acme.internal, URI:urn:plc:m',
    },
  }))

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
