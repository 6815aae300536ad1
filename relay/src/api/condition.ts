/**
 * A status condition, as the relay reads and writes it.
 *
 * @module
 */
import { z } from 'zod'

const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const

/** Shape shared by cert-manager's conditions and metav1.Condition; what may be absent is filled. */
export const conditionSchema = z
  .object({
    type: z.string(),
    status: z.enum(CONDITION_STATUSES),
    reason: z.string().default(''),
    message: z.string().default(''),
    /** Kubernetes' own types write null for a time that is not set. */
    lastTransitionTime: z.iso.datetime({ offset: true }).nullish(),
    /** Only on issuers: the generation that the condition is about. */
    observedGeneration: z.int().default(0),
  })
  .transform(({ lastTransitionTime, ...rest }) => ({
    ...rest,
    /** When the status last changed; 0 if unknown. */
    lastTransitionMs: typeof lastTransitionTime === 'string' ? Date.parse(lastTransitionTime) : 0,
  }))

export type Condition = z.infer<typeof conditionSchema>

/** @returns The condition of `type`, if there is one. */
export const findCondition = (
  conditions: readonly Condition[],
  type: string,
): Condition | undefined => conditions.find((condition) => condition.type === type)

/** Whether the condition of `type` is there and True. */
export const isConditionTrue = (conditions: readonly Condition[], type: string): boolean =>
  findCondition(conditions, type)?.status === 'True'
