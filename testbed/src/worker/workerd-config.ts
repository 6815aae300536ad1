/**
 * The configuration of one `workerd` process, as Cap'n Proto text: a bundled worker behind one
 * socket, with its Durable Objects, if it has any, on disk.
 * @module
 */

/** What the process serves. Every path is relative to the directory of the configuration file. */
export interface WorkerdConfig {
  /** The bundle, an ES module. */
  readonly modulePath: string
  /** `yyyy-mm-dd` */
  readonly compatibilityDate: string
  /** Name of the binding to the file with its text. */
  readonly bindingPaths: Readonly<Record<string, string>>
  readonly durableObjects?: DurableObjectsConfig
  /** Plain HTTP when absent. */
  readonly tls?: { readonly keyPath: string; readonly certificatePath: string }
  /** The address to listen on; the loopback address when absent. */
  readonly host?: string
  readonly port: number
}

/** Classes of Durable Objects with SQLite. */
export interface DurableObjectsConfig {
  /** Names of classes by their bindings. */
  readonly classes: Readonly<Record<string, string>>
  /** A directory that exists. */
  readonly storagePath: string
}

/** Texts with more than one line go in through `embed`: no quoting, and no secret on a command line. */
export function renderWorkerdConfig(config: WorkerdConfig): string {
  const { durableObjects } = config
  const textBindings = Object.entries(config.bindingPaths).map(
    ([name, path]) => `(name = ${quote(name)}, text = embed ${quote(path)})`,
  )
  const objects = durableObjects === undefined ? NO_OBJECTS : objectParts(durableObjects)
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    ${objects.services}
  ],
  sockets = [
    (
      name = "socket",
      address = "${config.host ?? '127.0.0.1'}:${config.port}",
      service = "worker",
      ${protocol(config)},
    ),
  ],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed ${quote(config.modulePath)}),
    # The module that the worker imports; the binding SIGNER_CONFIG replaces it.
    (name = "signer.config.json", text = "{}"),
  ],
  compatibilityDate = ${quote(config.compatibilityDate)},
  bindings = [
    ${[...textBindings, ...objects.bindings].join(',\n    ')},
  ],
  ${objects.worker}
);
`
}

const protocol = ({ tls }: WorkerdConfig): string =>
  tls === undefined
    ? 'http = ()'
    : `https = (
        tlsOptions = (
          keypair = (
            privateKey = embed ${quote(tls.keyPath)},
            certificateChain = embed ${quote(tls.certificatePath)},
          ),
        ),
      )`

/** What Durable Objects add to each part of the configuration. */
interface ObjectParts {
  readonly services: string
  readonly bindings: readonly string[]
  readonly worker: string
}

const NO_OBJECTS: ObjectParts = { services: '', bindings: [], worker: '' }

const objectParts = ({ classes, storagePath }: DurableObjectsConfig): ObjectParts => ({
  services: `(name = "storage", disk = (path = ${quote(storagePath)}, writable = true)),`,
  bindings: Object.entries(classes).map(
    ([binding, className]) =>
      `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
  ),
  worker: `durableObjectNamespaces = [
    ${Object.values(classes).map(namespace).join(',\n    ')},
  ],
  durableObjectStorage = (localDisk = "storage"),`,
})

const namespace = (className: string): string =>
  `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = true)`

/** Cap'n Proto's text literals escape as C does; JSON escapes are the same for what names hold. */
const quote = (text: string): string => JSON.stringify(text)
