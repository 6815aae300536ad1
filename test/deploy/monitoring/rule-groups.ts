import { z } from 'zod'
import { render } from '../cluster/helm.ts'
import { objectsIn } from '../cluster/objects.ts'

const ruleSchema = z.looseObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  annotations: z.record(z.string(), z.string()),
})
const specSchema = z.object({
  spec: z.object({ groups: z.array(z.looseObject({ rules: z.array(ruleSchema) })) }),
})

/** Its groups and their alerts. */
export type RuleGroups = z.infer<typeof specSchema>['spec']

/** The groups of the PrometheusRule, as they are rendered. */
export async function renderGroups(values: object = {}): Promise<RuleGroups> {
  const rule = { enabled: true, ...values }
  const objects = objectsIn(await render({ prometheus: { rule } }))
  return specSchema.parse(objects.find(({ kind }) => kind === 'PrometheusRule')).spec
}
