import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { anchorsOf, readMarkdown } from '../../docs/support/markdown.ts'
import { CHART } from '../cluster/helm.ts'
import { renderGroups } from './rule-groups.ts'

const { appVersion } = z
  .object({ appVersion: z.string() })
  .parse(parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8')))

describe('the runbook', () => {
  it.for([
    {
      what: 'the released docs by default',
      values: {},
      url: `https://github.com/edge-issuer/edge-issuer/blob/v${appVersion}/docs/metrics.md`,
    },
    {
      what: 'another copy',
      values: { runbookUrl: 'https://docs.example.com/metrics.md' },
      url: 'https://docs.example.com/metrics.md',
    },
    {
      what: 'a copy for each release',
      values: { runbookUrl: 'https://docs.example.com/{version}/metrics.md' },
      url: `https://docs.example.com/${appVersion}/metrics.md`,
    },
  ])('of every alert is its heading in $what', async ({ values, url }, { expect }) => {
    const { groups } = await renderGroups(values)
    const anchors = anchorsOf(await readMarkdown('docs/metrics.md'))
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(6)
    for (const { alert, annotations } of rules) {
      const [page, anchor = ''] = (annotations['runbook_url'] ?? '').split('#')
      expect({ alert, page }).toEqual({ alert, page: url })
      expect(anchor).toBe(alert.toLowerCase())
      expect([...anchors]).toContain(anchor)
    }
  })

  it('is not named with an empty URL', async ({ expect }) => {
    const { groups } = await renderGroups({ runbookUrl: '' })
    const annotations = groups.flatMap(({ rules }) => rules.map((rule) => rule.annotations))
    expect(annotations.filter((one) => 'runbook_url' in one)).toEqual([])
  })
})
