/**
 * The whole installation as one file for `kubectl apply`.
 *
 * @module
 */
import { kustomize } from './kustomize.ts'

const IMAGE_LINE = /^(?<indent> +)image: \S+$/gmu

/**
 * @param image - Reference to use instead of the one in `deploy/kustomize/`, best with a digest.
 * @returns YAML of everything that `deploy/kustomize/base` makes.
 */
export async function installManifest(image?: string): Promise<string> {
  const text = await kustomize('base')
  const count = text.match(IMAGE_LINE)?.length ?? 0
  if (count !== 1) throw new Error(`deploy/kustomize/base names ${String(count)} images, not one`)
  const header = '# edge-issuer: CRDs, permissions and the relay. Apply it with: kubectl apply -f\n'
  return header + (image === undefined ? text : withImage(text, image))
}

const withImage = (text: string, image: string): string =>
  text.replace(IMAGE_LINE, (_, indent: string) => `${indent}image: ${JSON.stringify(image)}`)
