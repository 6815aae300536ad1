import { cutToBytes } from './one-line.ts'
import { REQUEST_ID_LABEL } from './signer-error.ts'

/** A request id at the end of a message, and what may follow it. */
const ID_AT_END = new RegExp(String.raw`; ${REQUEST_ID_LABEL} [\w-]{1,64}.{0,16}$`, 'u')

/** Cuts a message to `maxBytes` of UTF-8; a request id at its end stays, since it leads to the worker's log. */
export function cutMessage(message: string, maxBytes: number): string {
  const [id = ''] = ID_AT_END.exec(message) ?? []
  const head = message.slice(0, message.length - id.length)
  return cutToBytes(head, maxBytes - Buffer.byteLength(id)) + id
}
