/**
 * CertificateSigningRequests in tests: creates, approves and reads them.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import {
  type SigningRequestFields,
  signingRequestManifest,
} from '@edge-issuer/testbed/relay/objects'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import {
  getObject,
  kubectlWait,
  mustKubectl,
  type ObservedObject,
  TIMEOUT,
} from '../environment.ts'

/** Where Events about cluster-scoped objects live. */
const NAMESPACE = 'default'
const TIMEOUT_MS = 60_000

/** Creates a request and approves it, denies it or leaves it undecided. @returns Its name for kubectl */
export async function makeSigningRequest(
  plane: ControlPlane,
  fields: SigningRequestFields,
  verb: 'approve' | 'deny' | 'wait' = 'approve',
): Promise<string> {
  await plane.apply(signingRequestManifest(fields))
  if (verb !== 'wait') await mustKubectl(plane, `certificate ${verb} ${fields.name}`)
  return `csr/${fields.name}`
}

/** Reads a request that {@link makeSigningRequest} named. */
export const getSigningRequest = async (
  plane: ControlPlane,
  name: string,
): Promise<ObservedObject> => getObject(plane, name, NAMESPACE)

/** Waits until a request has its certificate. */
export const isSigned = async (plane: ControlPlane, name: string): Promise<void> =>
  kubectlWait(plane, [name, 'jsonpath={.status.certificate}', TIMEOUT], NAMESPACE)

/** @returns The certificates of a request, leaf first. */
export async function certificatesOf(
  plane: ControlPlane,
  name: string,
): Promise<readonly X509Certificate[]> {
  const { status } = await getSigningRequest(plane, name)
  const pem = Buffer.from(status.certificate ?? '', 'base64').toString()
  const blocks = pem.match(/-----BEGIN[^]*?-----END CERTIFICATE-----\n/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

const eventsSchema = z.object({
  items: z.array(
    z.object({
      type: z.string(),
      reason: z.string(),
      note: z.string(),
      regarding: z.object({ name: z.string() }),
    }),
  ),
})

/** @returns The Events about a request: `Normal Issued: …`. */
export async function eventsOf(plane: ControlPlane, name: string): Promise<readonly string[]> {
  const json = await mustKubectl(plane, `get events.events.k8s.io -n ${NAMESPACE} -o json`)
  return eventsSchema
    .parse(JSON.parse(json))
    .items.filter(({ regarding }) => `csr/${regarding.name}` === name)
    .map(({ type, reason, note }) => `${type} ${reason}: ${note}`)
}

/** Waits until an Event about a request contains `text`. */
export async function hasEvent(plane: ControlPlane, name: string, text: string): Promise<void> {
  await pollUntil({
    what: `the Event "${text}" about ${name}`,
    probe: async () => (await eventsOf(plane, name)).some((event) => event.includes(text)),
    timeoutMs: TIMEOUT_MS,
  })
}

/** Validity of a certificate in seconds, as issuers count them: the difference of its two times. */
export const lifetimeSecondsOf = (certificate: X509Certificate | undefined): number =>
  ((certificate?.validToDate.getTime() ?? 0) - (certificate?.validFromDate.getTime() ?? 0)) / 1000

/** The last reason that the relay logged for ignoring a request. */
export async function whyIgnored(plane: ControlPlane, name: string): Promise<string | undefined> {
  const lines = (await readFile(join(plane.directory, 'relay.log'), 'utf8')).split('\n')
  return lines
    .filter((line) => line.includes(`"key":"${name}"`) && line.includes('"request ignored"'))
    .map((line) => z.object({ why: z.string() }).parse(JSON.parse(line)).why)
    .at(-1)
}

const objectSchema = z.looseObject({
  rules: z.array(z.looseObject({ verbs: z.array(z.string()) })).optional(),
})

/** The relay's manifests without the rules with this verb. */
export async function relayManifestsWithout(verb: string): Promise<string> {
  return parseAllDocuments(await manifests('relay'))
    .map((document) => {
      const object = objectSchema.parse(document.toJS())
      const rules = object.rules?.filter(({ verbs }) => !verbs.includes(verb))
      return stringify(rules === undefined ? object : { ...object, rules })
    })
    .join('---\n')
}
