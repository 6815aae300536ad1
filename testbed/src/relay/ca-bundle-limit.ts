import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

const crdSchema = z.object({
  spec: z.object({
    versions: z.tuple([
      z.object({
        schema: z.object({
          openAPIV3Schema: z.object({
            properties: z.object({
              spec: z.object({
                properties: z.object({ caBundle: z.object({ maxLength: z.int() }) }),
              }),
            }),
          }),
        }),
      }),
    ]),
  }),
})

/** @returns How many characters of base64 a CRD allows in a caBundle. */
export async function caBundleLimit(plural: 'clusterissuers' | 'issuers'): Promise<number> {
  const text = await readFile(new URL(`../../../crds/${plural}.yaml`, import.meta.url), 'utf8')
  const [{ schema }] = crdSchema.parse(parse(text)).spec.versions
  return schema.openAPIV3Schema.properties.spec.properties.caBundle.maxLength
}
