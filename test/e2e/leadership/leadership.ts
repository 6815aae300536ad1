/**
 * The leader, by the log of a replica and by the Lease.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import type { ManagedProcess } from '@edge-issuer/testbed/processes/process'
import { z } from 'zod'
import { mustKubectl } from '../environment.ts'

/** The relay's Lease, as kubectl takes it. */
export const LEASE = 'lease/edge-issuer-relay -n edge-issuer'
const TIMEOUT_MS = 60_000

const lineSchema = z.object({ message: z.string(), identity: z.string().optional() })

/** Name under which a replica leads or led; `undefined` if it never did. */
export async function leadsAs({
  logFile,
}: Pick<ManagedProcess, 'logFile'>): Promise<string | undefined> {
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n')
  const read = lines.map((line) => lineSchema.parse(JSON.parse(line)))
  return read.find(({ message }) => message === 'leading')?.identity
}

/** @throws Error when it does not lead within a minute */
export async function waitUntilLeads(replica: Pick<ManagedProcess, 'logFile'>): Promise<void> {
  const probe = async (): Promise<boolean> => (await leadsAs(replica)) !== undefined
  await pollUntil({ what: 'a replica to lead', probe, timeoutMs: TIMEOUT_MS })
}

/** @returns The name in the Lease. */
export const leaseHolder = async (plane: ControlPlane): Promise<string> =>
  mustKubectl(plane, `get ${LEASE} -o jsonpath={.spec.holderIdentity}`)
