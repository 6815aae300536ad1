/**
 * The configuration of one `workerd` process, as Cap'n Proto text: a bundled worker behind one TLS
 * socket on the loopback address, with its Durable Objects on disk.
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
  readonly durableObject: { readonly binding: string; readonly className: string }
  /** A directory that exists. */
  readonly storagePath: string
  readonly tls: { readonly keyPath: string; readonly certificatePath: string }
  readonly port: number
}

/** Texts with more than one line go in through `embed`: no quoting, and no secret on a command line. */
export function renderWorkerdConfig(config: WorkerdConfig): string {
  const { durableObject, tls } = config
  const textBindings = Object.entries(config.bindingPaths).map(
    ([name, path]) => `(name = ${quote(name)}, text = embed ${quote(path)})`,
  )
  const namespaceBinding =
    `(name = ${quote(durableObject.binding)}, ` +
    `durableObjectNamespace = ${quote(durableObject.className)})`
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "storage", disk = (path = ${quote(config.storagePath)}, writable = true)),
  ],
  sockets = [
    (
      name = "https",
      address = "127.0.0.1:${config.port}",
      service = "worker",
      https = (
        tlsOptions = (
          keypair = (
            privateKey = embed ${quote(tls.keyPath)},
            certificateChain = embed ${quote(tls.certificatePath)},
          ),
        ),
      ),
    ),
  ],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${quote(config.modulePath)})],
  compatibilityDate = ${quote(config.compatibilityDate)},
  bindings = [
    ${[...textBindings, namespaceBinding].join(',\n    ')},
  ],
  durableObjectNamespaces = [
    (
      className = ${quote(durableObject.className)},
      uniqueKey = ${quote(durableObject.className)},
      enableSql = true,
    ),
  ],
  durableObjectStorage = (localDisk = "storage"),
);
`
}

/** Cap'n Proto's text literals escape as C does; JSON escapes are the same for what names hold. */
const quote = (text: string): string => JSON.stringify(text)
