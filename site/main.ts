/**
 * `npm run site`: builds the documentation site into site/dist, or into the folder `--out`. `--serve` shows it
 * afterwards, `--dev` shows it as the documents change.
 *
 * @module
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, createServer, serve } from 'vitepress'

const { values } = parseArgs({
  options: {
    serve: { type: 'boolean', default: false },
    dev: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
    port: { type: 'string', default: '4173' },
  },
})

const root = import.meta.dirname
const port = Number(values.port)
if (values.dev) {
  // Under its relative base a page does not find the parts that the server makes.
  const server = await createServer(root, { port, base: '/' })
  await server.listen()
  server.printUrls()
} else {
  await build(root, { outDir: resolve(root, values.out) })
  if (values.serve) await serve({ root, port })
}
