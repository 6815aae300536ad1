/**
 * Number of cases of properties and their seed: the same one each time, unless
 * `PROPERTY_SEED` names others; `PROPERTY_SCALE` multiplies the number of cases.
 * @module
 */
const SEED = 20_261_124

/** Parameters of `fc.assert`. */
export const cases = (count: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: count * Number(process.env['PROPERTY_SCALE'] ?? 1),
  seed: Number(process.env['PROPERTY_SEED'] ?? SEED),
})
