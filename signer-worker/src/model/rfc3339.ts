/** @returns The time in whole seconds, UTC (RFC 3339), as the protocol writes it. */
export const toRfc3339 = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().slice(0, 19)}Z`
