import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import type { SignerConfigText } from '@edge-issuer/testbed/worker/local-worker'
/**
 * An edge-issuer that may issue whatever cert-manager's conformance suites ask for: a CA below which
 * another can stand, and a profile that allows CA certificates, also those without a subject.
 *
 * @module
 */
import { z } from 'zod'
import { type EdgeEnvironment, mustKubectl, startEdgeEnvironment } from '../../environment.ts'

/** Path length of CA certificates below the issuing CA. */
export const PATH_LENGTH_LEFT = 0

/** No name constraints, as for cert-manager's own CA in these suites: verifiers take a common name alone for a host. */
const CA_FLAGS = ['--path-length', '1']

/** What the suites need beyond a default profile; `docs/admission.md` documents it. */
const CONFORMANCE_PROFILE = {
  isCA: true,
  emptyCaSubject: true,
  requireCertSign: false,
  requireNameConstraints: false,
  maxDurationSeconds: 10_000 * 3_600,
}

const profilesSchema = z.record(z.string(), z.looseObject({}))

const allowCas = (config: SignerConfigText): SignerConfigText => ({
  ...config,
  profiles: Object.fromEntries(
    Object.entries(profilesSchema.parse(config['profiles'])).map(([name, profile]) => [
      name,
      { ...profile, ...CONFORMANCE_PROFILE },
    ]),
  ),
})

/** Starts it. */
export const startConformanceEnvironment = async (): Promise<EdgeEnvironment> =>
  startEdgeEnvironment({
    relayFlags: ['--certificate-signing-request-annotations'],
    signer: { caFlags: CA_FLAGS, configure: allowCas },
  })

/** Reads every object of a kind in the namespace `default`, by name. */
export async function getAll<T>(
  plane: ControlPlane,
  plural: string,
  schema: z.ZodType<T>,
): Promise<ReadonlyMap<string, T>> {
  const json = await mustKubectl(plane, `get ${plural} -n default -o json`)
  const listSchema = z.object({
    items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
  })
  // The schema of an object sees all of it.
  const { items } = listSchema.parse(JSON.parse(json))
  return new Map(items.map((item) => [item.metadata.name, schema.parse(item)]))
}
