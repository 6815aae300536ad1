/**
 * The Durable Objects of the worker, in the jurisdiction of its configuration.
 *
 * @module
 */
import { loadSettings } from './settings.ts'

/**
 * @param hint - Where the object is made, if it is new and its jurisdiction allows it.
 * @returns The object of that name. Nothing is made before it is asked something.
 */
export function openObject<T extends Rpc.DurableObjectBranded | undefined>(
  env: Env,
  namespace: DurableObjectNamespace<T>,
  { name, hint }: { readonly name: string; readonly hint?: DurableObjectLocationHint | undefined },
): DurableObjectStub<T> {
  const settings = loadSettings(env)
  const jurisdiction = settings.ok ? settings.value.jurisdiction : undefined
  const here = jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction)
  return here.getByName(name, hint === undefined ? {} : { locationHint: hint })
}
