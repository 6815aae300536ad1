import { originSchema, type Requester } from '@edge-issuer/shared'

/** @param origin - The column of this name: who asked, as the client reported it. */
export function requesterOf(origin: string): Requester {
  const { kind, namespace, name, username, groups } = originSchema.parse(JSON.parse(origin))
  return { kind, namespace, name, username, groups }
}
