/**
 * `node test/pods/abandoned-node.ts FOLDER`: makes the namespaces of a node and its link, prints where they
 * are on standard output as JSON, and waits to be killed.
 *
 * @module
 */
import { createNodeCgroups } from './cgroups.ts'
import { createNamespaces } from './namespaces.ts'
import { chooseAddresses, linkMachine } from './network.ts'

const [, , folder = ''] = process.argv
const cgroups = await createNodeCgroups()
const namespaces = await createNamespaces({ cgroups, state: folder, logs: folder, path: [] })
await linkMachine(namespaces, chooseAddresses())
await namespaces.start({ name: 'sleep', command: 'sleep', args: ['3600'] })
process.stdout.write(`${JSON.stringify({ pid: namespaces.pid, cgroups: cgroups.folders })}\n`)
setInterval(() => undefined, 2 ** 30)
