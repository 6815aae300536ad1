/**
 * The images that the relay's image is made with and of, pinned: what a tag names changes from day to
 * day, and the build takes digests only.
 *
 * @module
 */
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** References with a digest. */
export interface BaseImages {
  /** Where the bundle is made. */
  readonly build: string
  /** What the bundle is put on. */
  readonly runtime: string
}

/** Node of the major version that the relay is tested on. */
const TAGS: BaseImages = {
  build: 'docker.io/library/node:24-slim',
  runtime: 'gcr.io/distroless/nodejs24-debian13:nonroot',
}

const DIGEST = /^sha256:[0-9a-f]{64}$/u

/** Asks a registry. @returns The digest of the index that a tag names. */
export type ReadDigest = (reference: string) => Promise<string>

/**
 * Asks for the digests of both.
 *
 * @throws Error when what comes is no digest.
 */
export async function baseImages(readDigest: ReadDigest = askDocker): Promise<BaseImages> {
  const pin = async (reference: string): Promise<string> => {
    const digest = await readDigest(reference)
    if (!DIGEST.test(digest)) throw new Error(`${reference}: "${digest}" is no digest`)
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
  if (code !== 0) throw new Error(`docker knows no ${reference}: ${stderr}`)
  return stdout.trim()
}
