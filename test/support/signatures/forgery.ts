import type { Verdict } from '../malformed/base.ts'

/** A signature that is none: what is wrong, what the gate says, and the request. */
export type Forgery = readonly [name: string, verdict: Verdict, csr: Uint8Array]

/** A valid signature: why it is tested, and the request. */
export type Control = readonly [name: string, csr: Uint8Array]
