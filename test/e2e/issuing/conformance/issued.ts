import type { X509Certificate } from 'node:crypto'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
/**
 * Certificates as cert-manager leaves them: the object, and its Secret.
 *
 * @module
 */
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { z } from 'zod'
import { getAll } from './environment.ts'
import { certificatesIn } from './facts.ts'

const certificateSchema = z.object({
  metadata: z.object({ generation: z.int() }),
  status: z.object({
    revision: z.int(),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    conditions: z.array(
      z.object({ type: z.string(), status: z.string(), observedGeneration: z.int() }),
    ),
  }),
})

const secretSchema = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
  type: z.string(),
  data: z.record(z.string(), z.base64()),
})

const requestSchema = z.object({ spec: z.object({ request: z.base64() }) })

/** One that is issued. */
export interface IssuedCertificate {
  readonly certificate: z.infer<typeof certificateSchema>
  readonly secret: z.infer<typeof secretSchema>
  /** The certification request that cert-manager made for it. */
  readonly csrPem: string
  /** An entry of the Secret as text; empty when it is not there. */
  readonly text: (entry: string) => string
  /** The first certificate of `tls.crt`. */
  readonly leaf: X509Certificate
  readonly above: readonly X509Certificate[]
  /** The certificates of `ca.crt`. */
  readonly roots: readonly X509Certificate[]
}

/** Reads all that are issued, by name; the Secret of `x` is `x-tls`, and has a certificate. */
export async function readIssued(
  plane: ControlPlane,
): Promise<ReadonlyMap<string, IssuedCertificate>> {
  const [certificates, requests, secrets] = await Promise.all([
    getAll(plane, 'certificates.cert-manager.io', certificateSchema),
    getAll(plane, 'certificaterequests', requestSchema),
    getAll(plane, 'secrets --field-selector type=kubernetes.io/tls', secretSchema),
  ])
  return new Map(
    [...certificates].flatMap(([name, certificate]) => {
      const secret = secrets.get(`${name}-tls`)
      const request = requests.get(`${name}-${String(certificate.status.revision)}`)
      if (secret === undefined || request === undefined) return []
      const csrPem = fromBase64(request.spec.request)
      const text = (entry: string): string => fromBase64(secret.data[entry] ?? '')
      const [leaf, ...above] = certificatesIn(text('tls.crt'))
      if (leaf === undefined) return []
      const roots = certificatesIn(text('ca.crt'))
      return [[name, { certificate, secret, csrPem, text, leaf, above, roots }] as const]
    }),
  )
}

/** Whether so many Certificates have a revision each, and none is being issued. */
export async function areSettled(plane: ControlPlane, count: number): Promise<boolean> {
  const columns = `jsonpath={range .items[*]}{.status.revision}/{.status.conditions[?(@.type=="Issuing")].status}{"\\n"}{end}`
  const get = ['get', 'certificates.cert-manager.io', '-n', 'default', '-o', columns]
  const { stdout } = await plane.kubectl(get)
  const lines = stdout.trim().split('\n')
  return lines.length === count && lines.every((line) => /^[1-9]\d*\/(False)?$/.test(line))
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString()

const REVISION_LIMIT_MS = 200_000

/**
 * Waits until a Certificate in the default namespace has this revision or a later one: cert-manager issues twice when
 * its cache does not have the Secret yet.
 */
export async function hasRevision(
  plane: ControlPlane,
  name: string,
  revision: number,
): Promise<void> {
  await pollUntil({
    what: `certificate/${name} in revision ${String(revision)}`,
    probe: async () => {
      const path = '-o=jsonpath={.status.revision}'
      const { stdout } = await plane.kubectl(['get', 'certificate', name, '-n=default', path])
      return Number(stdout) >= revision
    },
    timeoutMs: REVISION_LIMIT_MS,
  })
}
