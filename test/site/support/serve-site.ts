/**
 * Serves the files of a site below a path, as a host of static files does.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { z } from 'zod'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** A running server. */
export interface ServedSite {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Of its first page, with a slash at the end. */
  readonly url: string
  readonly close: () => void
}

/**
 * @param path - `/v1.2.3/`
 * @param files - Paths of the files that exist, relative to the folder.
 */
export async function serveSite(
  path: string,
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
): Promise<ServedSite> {
  const server = createServer((request, response) => {
    const file = new URL(request.url ?? '', 'http://localhost').pathname.slice(path.length)
    if (!files.includes(file)) {
      response.writeHead(404).end()
      return
    }
    void readFile(join(folder, file)).then((content) =>
      response.writeHead(200, { 'content-type': CONTENT_TYPES[extname(file)] }).end(content),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.looseObject({ port: z.number() }).parse(server.address())
  const origin = `http://127.0.0.1:${String(port)}`
  return {
    origin,
    url: `${origin}${path}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
