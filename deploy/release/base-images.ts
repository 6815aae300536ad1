/**
 * Resolves the base images of the relay's image to digests, since tags change and the build accepts digests only.
 *
 * @module
 */
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** References with a digest. */
export interface BaseImages {
  /** Image for building the bundle. */
  readonly build: string
  /** Image that runs the bundle. */
  readonly runtime: string
}

/** Node of the major version that the relay is tested on. */
const TAGS: BaseImages = {
  build: 'docker.io/library/node:24-slim',
  runtime: 'gcr.io/distroless/nodejs24-debian13:nonroot',
}

const DIGEST = /^sha256:[0-9a-f]{64}$/u

/** Queries a registry. @returns The digest of the index of a tag. */
export type ReadDigest = (reference: string) => Promise<string>

/**
 * Resolves both tags.
 *
 * @throws Error if the result is not a digest.
 */
export async function baseImages(readDigest: ReadDigest = askDocker): Promise<BaseImages> {
  const pin = async (reference: string): Promise<string> => {
    const digest = await readDigest(reference)
    if (!DIGEST.test(digest)) throw new Error(`${reference}: "${digest}" is not a digest`)
    return `${reference}@${digest}`
  }
  const [build, runtime] = await Promise.all([pin(TAGS.build), pin(TAGS.runtime)])
  return { build, runtime }
}

async function askDocker(reference: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand({
    command: 'docker',
    args: ['buildx', 'imagetools', 'inspect', '--format={{.Manifest.Digest}}', reference],
    env: process.env,
  })
  if (code !== 0) throw new Error(`docker cannot resolve ${reference}: ${stderr}`)
  return stdout.trim()
}
