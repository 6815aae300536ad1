/**
 * Compares how requests ended with how they must end.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import type { Admin } from '@edge-issuer/testbed/worker/admin'
import { z } from 'zod'
import { FIELD_MANAGER } from '../../../relay/src/api/group.ts'
import { type Created, requestPath } from './burst.ts'
import type { LedgerRow } from './ledger-files.ts'
import { type End, SCENARIOS } from './scenarios.ts'

const observedSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    managedFields: z.array(z.object({ manager: z.string() })),
  }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
      certificate: z.base64().optional(),
      ca: z.base64().optional(),
      failureTime: z.iso.datetime().optional(),
    })
    .prefault({}),
})

/** A request as it is in the cluster. */
export type Observed = z.infer<typeof observedSchema>

/** Reads every request of a namespace, by name. */
export async function observeRequests(
  admin: Admin,
  namespace: string,
): Promise<ReadonlyMap<string, Observed>> {
  const list = await admin.send({ method: 'GET', path: requestPath(namespace) })
  const { items } = z.object({ items: z.array(observedSchema) }).parse(list)
  return new Map(items.map((item) => [item.metadata.name, item]))
}

/** @returns One line for each request that has not ended as it must. */
export function unmetEnds(
  created: readonly Created[],
  observed: ReadonlyMap<string, Observed>,
): readonly string[] {
  return created.flatMap(({ name, uid, scenario }) => {
    const { end } = SCENARIOS[scenario]
    const request = observed.get(name)
    if (request?.metadata.uid !== uid) return [`${name}: it is gone`]
    if (isAt(end, request)) return []
    const { conditions } = request.status
    const found = conditions.map(({ type, reason, message }) => `${type}=${reason} (${message})`)
    return [`${name}: not ${end}, but ${found.join(', ') || 'without conditions'}`]
  })
}

/** Whether a request has ended as it must, with all fields of that state and no others. */
function isAt(end: End, { metadata, status }: Observed): boolean {
  if (end === 'untouched')
    return metadata.managedFields.every(({ manager }) => manager !== FIELD_MANAGER)
  const has = {
    reason: status.conditions.find(({ type }) => type === 'Ready')?.reason,
    certificate: status.certificate !== undefined,
    ca: status.ca !== undefined,
    failureTime: status.failureTime !== undefined,
  }
  const isIssued = end === 'Issued'
  const isFailure = end === 'Failed' || end === 'Denied'
  const wanted = { reason: end, certificate: isIssued, ca: isIssued, failureTime: isFailure }
  return isDeepStrictEqual(has, wanted)
}

/** Expected certificates. */
export interface Evidence {
  readonly observed: ReadonlyMap<string, Observed>
  /** All rows of the worker's ledgers, also of other requests. */
  readonly ledger: readonly LedgerRow[]
  /** Path of the CA's root certificate, PEM. */
  readonly rootFile: string
}

/**
 * Checks the certificates of requests that must be issued: openssl verifies them, they are for
 * the name and the key of their request, and the ledger has exactly this one for the request. For one
 * that must not be issued, the ledger has none.
 *
 * @returns What is wrong.
 */
export async function certificateErrors(
  created: readonly Created[],
  { observed, ledger, rootFile }: Evidence,
): Promise<readonly string[]> {
  const serials = Map.groupBy(ledger, ({ uid }) => uid)
  const faults: string[] = []
  const chains = new Map<string, string>()
  for (const { name, uid, scenario, csr } of created) {
    const inLedger = (serials.get(uid) ?? []).map(({ serialNumber }) => serialNumber)
    if (SCENARIOS[scenario].end !== 'Issued') {
      if (inLedger.length > 0) faults.push(`${name}: the ledger has ${inLedger.join()}`)
      continue
    }
    const pem = pemOf(observed.get(name)?.status.certificate)
    chains.set(name, pem)
    const leaf = new X509Certificate(pem)
    if (inLedger.join() !== leaf.serialNumber.toLowerCase())
      faults.push(`${name}: issued ${leaf.serialNumber}, the ledger has ${inLedger.join()}`)
    if (leaf.checkHost(`${name}.example.com`) === undefined) faults.push(`${name}: another name`)
    if (!leaf.checkPrivateKey(createPrivateKey(csr.privateKeyPem)))
      faults.push(`${name}: another key`)
  }
  const unique = new Set(ledger.map(({ serialNumber }) => serialNumber))
  if (unique.size !== ledger.length) faults.push('a serial number is in the ledger twice')
  return [...faults, ...(await chainErrors(chains, rootFile))]
}

const pemOf = (base64 = ''): string => Buffer.from(base64, 'base64').toString()

/** @returns openssl's errors about the chains that it does not accept. */
async function chainErrors(
  chains: ReadonlyMap<string, string>,
  rootFile: string,
): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'chains-'))
  try {
    const byIntermediates = Map.groupBy(chains, ([, pem]) => intermediatesOf(pem))
    const answers = [...byIntermediates].map(async ([intermediates, members], at) => {
      const above = join(directory, `intermediates-${String(at)}.pem`)
      await writeFile(above, intermediates)
      const leaves = members.map(([name]) => join(directory, `${name}.pem`))
      await Promise.all(members.map(async ([, pem], n) => writeFile(leaves[n] ?? '', pem)))
      const { code, stdout, stderr } = await runCommand({
        command: 'openssl',
        args: ['verify', '-x509_strict', '-CAfile', rootFile, '-untrusted', above, ...leaves],
        env: { PATH: process.env['PATH'] },
      })
      const isGood = code === 0 && stdout.split(': OK\n').length === leaves.length + 1
      return isGood ? [] : [`openssl: ${stdout}${stderr}`]
    })
    return (await Promise.all(answers)).flat()
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The certificates after the first one. */
const intermediatesOf = (pem: string): string => pem.slice(pem.indexOf('-----BEGIN', 1))
