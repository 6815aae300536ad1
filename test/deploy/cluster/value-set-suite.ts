/**
 * What holds for a chart with any of its value sets.
 *
 * @module
 */
import { basename } from 'node:path'
import { describe, it } from 'vitest'
import { VERSION } from '../../../cli/src/version.ts'
import { inconsistencies } from './consistency.ts'
import { CHART, helm, type Release, render, valueFlags } from './helm.ts'
import { objectsIn } from './objects.ts'
import type { ValueSet } from './value-sets.ts'

/** Registers the tests. @param standard - The release, whose name a set may replace. */
export function describeValueSets(sets: readonly ValueSet[], standard: Release): void {
  const { chart = CHART } = standard
  describe.for(sets)('with $name', ({ values, release: name }) => {
    it('Helm lint passes', async ({ expect }) => {
      const { code, stdout } = await helm(['lint', '--strict', chart, ...valueFlags(values)])
      expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed')
      expect(code).toBe(0)
    })

    it('the objects are consistent, and each has the labels of the release', async ({ expect }) => {
      const release = { ...standard, name: name ?? standard.name }
      const objects = objectsIn(await render(values, release))
      expect(inconsistencies(objects)).toEqual([])
      for (const { metadata } of objects) {
        expect(metadata.labels).toMatchObject({
          'app.kubernetes.io/instance': release.name,
          'app.kubernetes.io/managed-by': 'Helm',
          'helm.sh/chart': `${basename(chart)}-${VERSION}`,
        })
      }
    })
  })
}
