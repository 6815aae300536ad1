/**
 * The whole installation as one file for `kubectl apply`.
 *
 * @module
 */
import { type KustomizeCommand, renderKustomization, shippedKustomization } from './kustomize.ts'

const IMAGE_LINE = /^(?<indent> +)image: \S+$/gmu

/**
 * Renders `deploy/kustomize/base`.
 *
 * @param image - Replaces the image in `deploy/kustomize/`; should have a digest.
 * @returns YAML of all objects.
 */
export async function installManifest(command: KustomizeCommand, image?: string): Promise<string> {
  const text = await renderKustomization(command, shippedKustomization('base'))
  const count = text.match(IMAGE_LINE)?.length ?? 0
  if (count !== 1) throw new Error(`deploy/kustomize/base has ${String(count)} images, expected 1`)
  const header = '# edge-issuer: CRDs, permissions and the relay. Apply it with: kubectl apply -f\n'
  return header + (image === undefined ? text : withImage(text, image))
}

const withImage = (text: string, image: string): string =>
  text.replace(IMAGE_LINE, (_, indent: string) => `${indent}image: ${JSON.stringify(image)}`)
