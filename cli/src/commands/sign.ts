import { basename } from 'node:path'
import type { SignerClient } from '@edge-issuer/relay/signer'
import {
  completeUsages,
  encodeBase64,
  err,
  ok,
  type Result,
  type SignAnswer,
  type SignRequest,
} from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import {
  defaulted,
  optional,
  repeated,
  required,
  toggle,
  type Values,
} from '../command-line/parameters.ts'
import { DURATION, FILE, NAME, text, UID } from '../command-line/value-types.ts'
import { readInput } from '../files/read-input.ts'
import { refuseExisting, writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'
import { printable } from '../terminal/printable.ts'
import { connect, WORKER_DEADLINE_MS, WORKER_PARAMETERS } from '../worker/connect.ts'
import { reportError } from '../worker/report-error.ts'
import { unwrapCsr } from '../worker/unwrap-csr.ts'
import { uuidV7, uuidV7TimeMs } from '../worker/uuid-v7.ts'

/** Maximum length of an origin's name in the schema, in characters. */
const MAX_ORIGIN_NAME_CHARACTERS = 253

const { url, key, issuer, caFile, context, json } = WORKER_PARAMETERS
const parameters = {
  url,
  key,
  csr: required(FILE, 'certification request (PEM or DER); - is standard input'),
  issuer,
  profile: optional(NAME, "profile; when absent, the client's default"),
  duration: defaulted(DURATION, '90d', 'lifetime to request'),
  usage: repeated(
    text('USAGE'),
    'usage with its name in cert-manager, such as "server auth"; when absent, digital signature and key encipherment, like cert-manager',
  ),
  isCa: toggle('request a CA certificate'),
  uid: optional(
    UID,
    'key of the certificate in the ledger; the same uid gets the same certificate; a new UUID when absent',
  ),
  caFile,
  context,
  out: optional(FILE, 'file to write the chain to instead of printing it'),
  json,
}

type SignValues = Values<typeof parameters>

/** `edge-issuer sign`. */
export const sign = defineCommand({
  description: `
Sends the certification request unchanged; the worker alone validates it. Prints the chain (leaf, then
intermediates, without the root) to standard output, and to standard error a summary with requested
values that the certificate does not contain, and with values that verifiers may reject.

The worker stores the certificate under the uid: if there was no response, repeat the same request with
the same --uid, and the worker returns the certificate that it may have signed already. The class of a
refusal determines the exit code.

After a restore of its ledger the worker must know when a request was made first. That is in the uid that this
command makes (UUID version 7, RFC 9562); a uid of another kind is then refused if the ledger does not have it.`,
  parameters,
  exits: ['done', 'failed', 'usage', 'permanent', 'temporary', 'issuer', 'pending'],
  examples: [
    'edge-issuer sign --url https://ca.example.com --key cluster-1.secret.yaml --csr web.csr > web.pem',
    'edge-issuer sign --url https://ca.example.com --key client.pem --csr - --usage "server auth" --duration 24h --json < web.csr',
  ],
  run: async (values, io) => {
    const { out } = values
    if (out !== undefined) {
      const isFree = await refuseExisting(out, io)
      if (!isFree.ok) return err({ exit: 'failed', message: isFree.error })
    }
    const uid = values.uid ?? uuidV7(io.nowMs())
    const request = await readRequest(values, uid, io)
    if (!request.ok) return request
    const client = await connect(values, io)
    if (!client.ok) return client
    if (values.uid === undefined) io.stderr(`uid ${uid}: repeat this request with --uid ${uid}\n`)
    const answer = await ask(client.value, values.issuer, request.value)
    if (!answer.ok) {
      return err(
        reportError(answer.error, { key: 'client', isJson: values.json, facts: { uid } }, io),
      )
    }
    io.stderr(describe(answer.value))
    if (values.json) io.stdout(`${JSON.stringify({ uid, ...answer.value }, null, 2)}\n`)
    else if (out === undefined) io.stdout(answer.value.chain)
    return out === undefined ? ok(undefined) : writeChain(out, { uid, answer: answer.value }, io)
  },
})

async function ask(
  client: SignerClient,
  issuerName: string,
  request: SignRequest,
): ReturnType<SignerClient['sign']> {
  try {
    return await client.sign(issuerName, request, AbortSignal.timeout(WORKER_DEADLINE_MS))
  } finally {
    await client.close()
  }
}

async function readRequest(
  values: SignValues,
  uid: string,
  io: Io,
): Promise<Result<SignRequest, Failure>> {
  const content = await readInput(values.csr, io)
  if (!content.ok) return err({ exit: 'failed', message: content.error })
  const csr = unwrapCsr(content.value)
  if (!csr.ok) return err({ exit: 'failed', message: `"${values.csr}" ${csr.error}` })
  const name = values.csr === '-' ? 'stdin' : basename(values.csr)
  return ok({
    csr: encodeBase64(csr.value),
    durationSeconds: values.duration,
    isCA: values.isCa,
    usages: [...completeUsages(values.usage, values.isCa)],
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    origin: {
      kind: 'CommandLine',
      namespace: '',
      name: name.slice(0, MAX_ORIGIN_NAME_CHARACTERS),
      uid,
      username: io.username,
      groups: [],
      ...createdAt(uid),
    },
  })
}

/** When the request was made first, which a repeated one must say too: in its uid. Other uids do not say it. */
function createdAt(uid: string): Pick<SignRequest['origin'], 'createdAt'> {
  const timeMs = uuidV7TimeMs(uid)
  return timeMs === undefined
    ? {}
    : { createdAt: `${new Date(timeMs).toISOString().slice(0, 19)}Z` }
}

/** Summary of a response: a line about the certificate, then a line for each notice. */
function describe(answer: SignAnswer): string {
  const { serialNumber, notBefore, notAfter, clamped, replayed, ignored, warnings } = answer
  const shortened = clamped === null ? '' : `; shorter than requested, limited by the ${clamped}`
  const source = replayed ? 'signed before' : 'signed now'
  return [
    `certificate ${serialNumber}, ${notBefore} to ${notAfter}, ${source}${shortened}`,
    ...ignored.map((notice) => `not certified: ${printable(notice)}`),
    ...warnings.map((notice) => `warning: ${printable(notice)}`),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

async function writeChain(
  path: string,
  { uid, answer }: { readonly uid: string; readonly answer: SignAnswer },
  io: Io,
): Promise<Result<void, Failure>> {
  const written = await writeNewFiles([{ path, text: answer.chain, isPrivate: false }], io)
  if (written.ok) return written
  const message = `${written.error}; the certificate is signed: repeat the request with --uid ${uid} to get it`
  return err({ exit: 'failed', message })
}
