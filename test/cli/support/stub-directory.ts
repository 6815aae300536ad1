import { type ClientRecord, clientPutRequestSchema } from '@edge-issuer/shared'
import { aClientRecord } from './client-entries.ts'
import { refusal, type SeenRequest, type StubAnswer } from './stub-worker.ts'

/** What a worker has, and what goes wrong on the way. */
export interface StubDirectoryOptions {
  readonly clients?: readonly ClientRecord[]
  /**
   * @param writes - Number of requests that write, this one included.
   * @returns An answer in place of the one of the worker; `undefined` for none.
   */
  readonly fault?: (request: SeenRequest, writes: number) => StubFault | undefined
}

/** An answer in place of the one of the worker. */
export interface StubFault {
  readonly answer: StubAnswer
  /** Whether the worker makes the change before it. */
  readonly isWritten: boolean
}

const good = (body: unknown): StubAnswer => ({ status: 200, body })

/** The client that a request is about; empty for the list. */
export const clientOf = ({ path = '' }: SeenRequest): string =>
  /clients\/([^?/]+)/.exec(path)?.[1] ?? ''

/** Answers of a worker that keeps clients, for what the real one never does: faults on the way. */
export function stubDirectory({
  clients = [],
  fault = () => undefined,
}: StubDirectoryOptions): (request: SeenRequest) => StubAnswer {
  const kept = new Map(clients.map((client) => [client.name, client]))
  let writes = 0
  return (request) => {
    if (request.method === 'GET') return read(kept, request)
    writes += 1
    const found = fault(request, writes)
    return found?.isWritten === false ? found.answer : answerOf(write(kept, request), found)
  }
}

const answerOf = (written: StubAnswer, fault: StubFault | undefined): StubAnswer =>
  fault === undefined ? written : fault.answer

type Kept = Map<string, ClientRecord>

function read(kept: Kept, request: SeenRequest): StubAnswer {
  const name = clientOf(request)
  if (name === '') return good({ clients: [...kept.values()], next: null })
  const client = kept.get(name)
  return client === undefined ? refusal('client_unknown') : good(client)
}

function write(kept: Kept, request: SeenRequest): StubAnswer {
  const name = clientOf(request)
  const current = kept.get(name)
  const expected = current === undefined ? '*' : `"${String(current.version)}"`
  if (request.precondition !== expected) return refusal('version_conflict')
  if (request.method === 'DELETE') {
    kept.delete(name)
    return good(current)
  }
  const { entry } = clientPutRequestSchema.parse(JSON.parse(request.body))
  const next = aClientRecord(name, entry, (current?.version ?? 0) + 1)
  kept.set(name, next)
  return good(next)
}
