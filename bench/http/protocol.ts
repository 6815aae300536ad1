/**
 * Messages between the benchmark and the process that makes its load.
 *
 * @module
 */
import * as z from 'zod'

/** One run, as JSON on standard input. */
export const orderSchema = z.object({
  /** Where the worker listens. */
  url: z.url(),
  /** Whom to trust, for `https:`. */
  tlsCaPem: z.string().optional(),
  /** What the worker's clients sign for. */
  publicUrl: z.url(),
  workerPid: z.int(),
  issuer: z.string(),
  /** PEM of the issuing CA: every certificate must be its. */
  issuerPem: z.string(),
  /** The client's, PKCS#8. */
  privateKeyPem: z.string(),
  inFlight: z.int().min(1),
  /** About how long the load lasts. */
  seconds: z.number().positive(),
})

/** What was measured, as JSON on standard output. */
export const runSchema = z.object({
  requests: z.int(),
  requestsPerSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Processor time in units of the time that passed; 1 is one core. */
  workerCpu: z.number().optional(),
  loadCpu: z.number(),
})

export type LoadOrder = z.infer<typeof orderSchema>
export type LoadRun = z.infer<typeof runSchema>
