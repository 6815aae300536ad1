/**
 * Bills of materials in the format of CycloneDX 1.6.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** A part of an artifact, or the artifact. */
export interface Component {
  readonly type: 'application' | 'container' | 'file' | 'library'
  /** Unique in the bill of materials. */
  readonly 'bom-ref': string
  readonly name: string
  readonly version?: string
  /** Package URL. */
  readonly purl?: string
  readonly description?: string
  readonly licenses?: readonly { readonly license: { readonly id: string } }[]
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[]
}

/** The content of a bill of materials. */
export interface Materials {
  readonly artifact: Component
  readonly components: readonly Component[]
  /** Time of the sources in RFC 3339. */
  readonly time: string
}

/** @returns The bill of materials as JSON; the same content gives the same text. */
export function sbomOf({ artifact, components, time }: Materials): string {
  const sorted = components.toSorted((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1))
  const content = {
    version: 1,
    metadata: { timestamp: time, component: artifact },
    components: sorted,
    dependencies: [
      { ref: artifact['bom-ref'], dependsOn: sorted.map((component) => component['bom-ref']) },
      ...sorted.map((component) => ({ ref: component['bom-ref'] })),
    ],
  }
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
  }
  return `${JSON.stringify({ ...head, ...content }, undefined, 2)}\n`
}

/** A UUID of version 8 (RFC 9562 section 5.8) from the hash of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
