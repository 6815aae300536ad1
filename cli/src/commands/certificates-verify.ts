import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { Certificates, type Link } from '@edge-issuer/relay/signer'
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

/** Findings that --json keeps; all are printed without it. */
const MAX_JSON_FINDINGS = 10_000

const ROOTS_LIMITS = { label: 'CERTIFICATE', maxBlocks: 64, maxCharacters: 1_048_576 } as const

const parameters = {
  file: operand(FILE, 'what "certificates export" wrote; - for standard input'),
  clientKeys: repeated(
    text('FILE|DIR'),
    "public keys of the clients: the worker's configuration, files that client create wrote, PEM, or a directory of them",
  ),
  caFile: optional(FILE, 'PEM of the roots that chains must end at'),
  allProvable: toggle('a record without the body of its request fails'),
  json: toggle('print the result as one JSON object'),
}

/** `edge-issuer certificates verify`. */
export const certificatesVerify = defineCommand({
  description: `
Checks an export without asking the worker. For each certificate: a client signed a request with exactly
this body; the body names this requester, uid, issuer and certification request; the certificate has the
key, the subject and the names of that request, is valid for no longer and good for no more than was asked
for; the record describes it correctly; its chain leads to the root. Every record that fails is listed with
the reasons.

What is not proven: that the client named the requester truthfully, that no record is missing, and what only
the worker says (the profile where the request names none, "ignored", "warnings", the exact issuedAt).

Without --client-keys signatures cannot be checked, and without --ca-file each record brings its own root;
take both from where the export does not come from. Certificates from before the ledger kept bodies are
counted as not provable.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer certificates verify ledger.ndjson --client-keys signer.config.json --ca-file ca/root.pem',
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
      : failed(`${String(result.failed)} of ${String(result.records)} records fail`)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

async function readRoots(path: string, io: Io): Promise<Result<readonly Link[], string>> {
  const pem = await readText(path, io)
  if (!pem.ok) return pem
  const roots = new Certificates().read(pem.value, 'bundle', ROOTS_LIMITS)
  return roots.ok ? roots : err(`"${path}": ${roots.error}`)
}

const toLine = ({ line, uid, finding }: Finding): string =>
  `line ${String(line)}${uid === null ? '' : `, uid ${uid}`}: ${printable(finding)}\n`

interface Task extends Trust {
  readonly values: Values<typeof parameters>
}

/** Prints findings as they come, or keeps the first of them for --json. */
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
      : `${String(signatureNotChecked)} with a signature that was not checked`,
    notProvable === 0
      ? undefined
      : `${String(notProvable)} not provable: recorded before the ledger kept bodies, the last one at ${notProvableUntil ?? 'an unknown time'}`,
    hasKeys
      ? undefined
      : 'signatures were not checked: --client-keys names the public keys of the clients',
    hasRoots ? undefined : 'each record brought its own root: --ca-file names the roots to trust',
    publicUrls.length === 0 ? undefined : `signed for ${publicUrls.map(printable).join(', ')}`,
  ]
  return lines
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`)
    .join('')
}
