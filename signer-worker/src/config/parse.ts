/**
 * From the text of `signer.config.json` to a configuration that can be trusted, or every fault in it.
 *
 * Runs in workerd and in Node: the worker refuses to work with a fault, `edge-issuer config check`
 * shows it before it is deployed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { buildClients } from './clients.ts'
import type { Admin, SignerConfig } from './config.ts'
import { type ConfigFault, faultAt } from './fault.ts'
import { buildIssuer } from './issuers.ts'
import { readPublicUrl } from './public-url.ts'
import { type Holding, registerKeys } from './registered-keys.ts'
import { checkShape, type Shape } from './shape.ts'

/** Gives the text of a Worker secret; `undefined` when there is none. */
export type ReadSecret = (name: string) => string | undefined

/**
 * Everything that is wrong at `nowMs`, an expired CA included: for the operator, before deploying.
 *
 * @param nowMs - Epoch ms.
 */
export const parseConfig = (
  text: string,
  readSecret: ReadSecret,
  nowMs: number,
): Result<SignerConfig, readonly ConfigFault[]> => build({ text, readSecret, nowMs })

/**
 * The same without a look at the clock: for the worker. A CA that expires must not take the worker's
 * other issuers along, so each use of an issuer asks for its time (`issuer_expiring`).
 */
export const loadConfig = (
  text: string,
  readSecret: ReadSecret,
): Result<SignerConfig, readonly ConfigFault[]> => build({ text, readSecret, nowMs: undefined })

interface Source {
  readonly text: string
  readonly readSecret: ReadSecret
  readonly nowMs: number | undefined
}

function build(source: Source): Result<SignerConfig, readonly ConfigFault[]> {
  const json = parseJson(source.text)
  if (!json.ok) return err([faultAt([], `is not JSON: ${json.error}`)])
  const shape = checkShape(json.value)
  if (shape.file === undefined) return err(shape.faults)

  const { file, declared } = shape
  const publicUrl = readPublicUrl(file.publicUrl)
  const issuers = Object.entries(file.issuers).map(([name, entry]) =>
    buildIssuer(name, entry, {
      profiles: file.profiles,
      profileNames: declared.profiles,
      readSecret: source.readSecret,
      nowMs: source.nowMs,
    }),
  )
  const clients = buildClients(file.clients, {
    issuerNames: declared.issuers,
    profileNames: declared.profiles,
    issuers: file.issuers,
    blockedKeys: new Set(file.blockedKeys),
  })
  const admins = registerKeys(
    Object.entries(file.admins ?? {}).map(([name, { role, keys }]): Holding<Admin> => ({
      section: 'admins',
      holder: { name, role },
      keys,
    })),
    clients.keys,
  )
  const faults = [
    ...shape.faults,
    ...(publicUrl.ok ? [] : [faultAt(['publicUrl'], publicUrl.error)]),
    ...emptyFaults(declared),
    ...issuers.flatMap((built) => built.faults),
    ...clients.faults,
    ...admins.faults,
  ]
  if (faults.length > 0 || !publicUrl.ok) return err(faults)
  return ok(
    Object.freeze({
      publicUrl: publicUrl.value,
      issuers: new Map(
        issuers.flatMap(({ issuer }) => (issuer === undefined ? [] : [[issuer.name, issuer]])),
      ),
      profiles: new Map(Object.entries(file.profiles)),
      clients: clients.clients,
      clientKeys: clients.keys,
      adminKeys: admins.keys,
    }),
  )
}

/** Without an issuer, a profile and a client the worker could answer nobody. */
const emptyFaults = (declared: Shape['declared']): readonly ConfigFault[] =>
  (['issuers', 'profiles', 'clients'] as const)
    .filter((section) => declared[section].size === 0)
    .map((section) => faultAt([section], 'is empty'))

function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error))
  }
}
