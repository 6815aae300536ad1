import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { CertificateCache, type ParsedCertificate } from '@edge-issuer/relay/signer'
import { err, ok, type Result } from '@edge-issuer/shared'
import { readClientKeys } from '../certificates/client-keys.ts'
import {
  type ExportTotals,
  type Finding,
  type Trust,
  verifyExport,
} from '../certificates/verify-export.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, repeated, toggle, type Values } from '../command-line/parameters.ts'
import { FILE, text } from '../command-line/value-types.ts'
import { readText } from '../files/read-input.ts'
import { systemReason } from '../files/system-reason.ts'
import type { Io } from '../terminal/io.ts'
import { printable } from '../terminal/printable.ts'
import { startProgress } from '../terminal/progress.ts'

/** Maximum number of findings with --json; without it all are printed. */
const MAX_JSON_FINDINGS = 10_000

const ROOTS_LIMITS = { label: 'CERTIFICATE', maxBlocks: 64, maxCharacters: 1_048_576 } as const

const parameters = {
  file: operand(FILE, 'file that "certificates export" wrote; - is standard input'),
  clientKeys: repeated(
    text('FILE|DIR'),
    'public keys of the clients: a file that clients export or client create wrote, PEM, the JWK set of a cluster, or a directory of these',
  ),
  caFile: optional(FILE, 'trusted roots (PEM) at which chains must end'),
  allProvable: toggle('fail records without the body of their request'),
  json: toggle('print the result as one JSON object'),
}

/** `edge-issuer certificates verify`. */
export const certificatesVerify = defineCommand({
  description: `
Verifies an export without contacting the worker. For each certificate it checks that a client signed a
request with exactly this body; that the body contains this requester, uid, issuer and certification
request; that the certificate has the key, subject and names of the request, and no longer lifetime and
no more usages than requested; that the record describes it correctly; and that its chain ends at the
root. Every failed record is listed with the reasons.

An export cannot prove that the client named the requester truthfully, that no record is missing, or the
values that only the worker states (the profile if the request names none, "ignored", "warnings" and the
exact issuedAt).

Without --client-keys signatures are not checked, and without --ca-file each record is checked against
its own root; obtain both independently of the export, the keys with "clients export" or from the file
of "clients apply". The token of a request that a ServiceAccount signed is checked with the keys of its
cluster: identity.jwks of the client, or a JWK set. Certificates from before the ledger kept request
bodies count as not provable.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer certificates verify ledger.ndjson --client-keys clients.yaml --ca-file ca/root.pem',
    'edge-issuer certificates export --url https://ca.example.com --key alice.admin.key | edge-issuer certificates verify - --client-keys clients --json',
  ],
  run: async (values, io) => {
    const { clientKeys: paths, caFile, json: isJson } = values
    const keys = paths.length === 0 ? ok(undefined) : await readClientKeys(paths, io)
    if (!keys.ok) return failed(`--client-keys: ${keys.error}`)
    const roots = caFile === undefined ? ok(undefined) : await readRoots(caFile, io)
    if (!roots.ok) return failed(`--ca-file: ${roots.error}`)
    const { allProvable } = values
    const trust = { keys: keys.value, roots: roots.value, allProvable }
    const verified = await verifyFile({ values, ...trust }, io)
    if (!verified.ok) return verified
    const result = verified.value
    if (isJson) io.stdout(`${JSON.stringify(result, null, 2)}\n`)
    io.stderr(
      describe(result, { hasKeys: keys.value !== undefined, hasRoots: caFile !== undefined }),
    )
    return result.failed === 0
      ? ok(undefined)
      : failed(`${String(result.failed)} of ${String(result.records)} records failed`)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

async function readRoots(
  path: string,
  io: Io,
): Promise<Result<readonly ParsedCertificate[], string>> {
  const pem = await readText(path, io)
  if (!pem.ok) return pem
  const roots = new CertificateCache().read(pem.value, 'bundle', ROOTS_LIMITS)
  return roots.ok ? roots : err(`"${path}": ${roots.error}`)
}

const toLine = ({ line, uid, finding }: Finding): string =>
  `line ${String(line)}${uid === null ? '' : `, uid ${uid}`}: ${printable(finding)}\n`

interface Task extends Trust {
  readonly values: Values<typeof parameters>
}

/** Prints each finding immediately, or collects the first ones for --json. */
async function verifyFile({ values, ...trust }: Task, io: Io): Promise<Result<Verified, Failure>> {
  const { file, json: isJson } = values
  const source = file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file))
  const progress = startProgress(io)
  const findings: Finding[] = []
  let findingsOmitted = 0
  const found = (finding: Finding): void => {
    if (!isJson) {
      progress.clear()
      io.stdout(toLine(finding))
    } else if (findings.length < MAX_JSON_FINDINGS) findings.push(finding)
    else findingsOmitted += 1
  }
  try {
    const totals = await verifyExport(source, trust, {
      found,
      read: (records) => progress.show(`${String(records)} records`),
    })
    return ok({ ...totals, findings, findingsOmitted })
  } catch (error) {
    return failed(`cannot read "${file}": ${systemReason(error)}`)
  } finally {
    progress.clear()
  }
}

/** The result as --json prints it. */
interface Verified extends ExportTotals {
  readonly findings: readonly Finding[]
  readonly findingsOmitted: number
}

function describe(
  result: ExportTotals,
  { hasKeys, hasRoots }: { readonly hasKeys: boolean; readonly hasRoots: boolean },
): string {
  const { records, verified, signatureNotChecked, notProvable, notProvableUntil, publicUrls } =
    result
  const lines = [
    `${String(records)} record${records === 1 ? '' : 's'}: ${String(verified)} verified, ${String(result.failed)} failed`,
    signatureNotChecked === 0
      ? undefined
      : `${String(signatureNotChecked)} with an unchecked signature`,
    notProvable === 0
      ? undefined
      : `${String(notProvable)} not provable: recorded before the ledger kept bodies, the last one at ${notProvableUntil ?? 'an unknown time'}`,
    hasKeys
      ? undefined
      : 'signatures were not checked: give the public keys of the clients with --client-keys',
    hasRoots
      ? undefined
      : 'each record was checked against its own root: give the trusted roots with --ca-file',
    publicUrls.length === 0 ? undefined : `signed for ${publicUrls.map(printable).join(', ')}`,
  ]
  return lines
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`)
    .join('')
}
