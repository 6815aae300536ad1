import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { renderGroups } from './rule-groups.ts'

describe('the runbook', () => {
  it('is named by every alert, at its heading', async ({ expect }) => {
    const url = 'https://docs.example.com/metrics.md'
    const { groups } = await renderGroups({ runbookUrl: url })
    const text = await readFile(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8')
    for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
      expect(annotations['runbook_url']).toBe(`${url}#${alert.toLowerCase()}`)
      expect(text).toContain(`\n### ${alert}\n`)
    }
  })

  it('is not named without a URL', async ({ expect }) => {
    const { groups } = await renderGroups()
    const annotations = groups.flatMap(({ rules }) => rules.map((rule) => rule.annotations))
    expect(annotations.filter((one) => 'runbook_url' in one)).toEqual([])
  })
})
