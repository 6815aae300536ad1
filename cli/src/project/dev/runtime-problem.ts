import { z } from 'zod'
import { parseJson } from '../../files/parse-json.ts'

/** A line of workerd's log, which miniflare's error has. */
const lineSchema = z.object({ message: z.string() })

/** `service core:user:NAME: `. */
const SERVICE = /^service \S+: /

/** The place in a module, as workerd adds it in a line of its own; the folder of a module is not its real one. */
const PLACE = /^\s+at (?:file:\/\/\S*\/)?(\S+:\d+)$/

/** @param error - What miniflare has thrown. @returns Why the worker does not run, in one line. */
export function runtimeProblem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n')
  const logged = lines.flatMap((line) => lineSchema.safeParse(parseJson(line)).data ?? [])[0]
  const [first = '', second = ''] = logged === undefined ? lines : logged.message.split('\n')
  const problem = first.replace(SERVICE, '')
  if (/No such module/.test(problem)) {
    return `${problem} "worker dev" loads worker.js, edge-issuer/worker and signer.config.json, and no other file`
  }
  const [, place] = PLACE.exec(second) ?? []
  return place === undefined ? problem : `${problem} (${place})`
}
