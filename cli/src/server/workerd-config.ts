/**
 * The configuration of one `workerd` process, as Cap'n Proto text: a worker behind one socket, with its Durable
 * Objects on disk.
 *
 * The text holds no secret: those come from the environment of the process, and a TLS key from its own file.
 *
 * @module
 */

/** A module of the worker, with its contents. */
export interface WorkerdModule {
  /** What imports call it. */
  readonly name: string
  /** How an import reads it: as code, or as a text that is the default export. */
  readonly kind: 'esModule' | 'text'
  readonly content: string
}

/** A text that the worker has in its environment. */
export interface WorkerdBinding {
  readonly name: string
  /** The text itself, or the variable of the process's environment that has it: for secrets. */
  readonly value: { readonly text: string } | { readonly fromEnvironment: string }
}

/** Classes of Durable Objects with SQLite. */
export interface DurableObjectsConfig {
  readonly classes: readonly { readonly binding: string; readonly className: string }[]
  /** A directory that exists; a relative path is relative to the directory of the configuration file. */
  readonly storagePath: string
}

/** Absolute paths of PEM files. */
export interface WorkerdTls {
  readonly keyPath: string
  readonly certificatePath: string
}

/** What the process serves. */
export interface WorkerdConfig {
  /** The first is the entry. */
  readonly modules: readonly WorkerdModule[]
  /** `yyyy-mm-dd` */
  readonly compatibilityDate: string
  readonly bindings: readonly WorkerdBinding[]
  readonly durableObjects?: DurableObjectsConfig
  /** Plain HTTP when absent. */
  readonly tls?: WorkerdTls
  /** `127.0.0.1:8080`, `[::1]:8080` or `unix:PATH`. */
  readonly address: string
}

/** Arguments of `workerd` for a configuration file; absolute paths in it are paths of this machine. */
export const workerdArguments = (configPath: string): readonly string[] => [
  'serve',
  '--import-path=/',
  configPath,
]

/** Renders the configuration file. */
export function renderWorkerdConfig(config: WorkerdConfig): string {
  const { durableObjects } = config
  const objects = durableObjects === undefined ? NO_OBJECTS : objectParts(durableObjects)
  const modules = config.modules.map(
    ({ name, kind, content }) => `(name = ${quote(name)}, ${kind} = ${quote(content)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    ${objects.services}
  ],
  sockets = [
    (
      name = "socket",
      address = ${quote(config.address)},
      service = "worker",
      ${protocol(config)},
    ),
  ],
);

const worker :Workerd.Worker = (
  modules = [
    ${modules.join(',\n    ')},
  ],
  compatibilityDate = ${quote(config.compatibilityDate)},
  bindings = [
    ${[...config.bindings.map(binding), ...objects.bindings].join(',\n    ')},
  ],
  ${objects.worker}
);
`
}

const binding = ({ name, value }: WorkerdBinding): string =>
  'text' in value
    ? `(name = ${quote(name)}, text = ${quote(value.text)})`
    : `(name = ${quote(name)}, fromEnvironment = ${quote(value.fromEnvironment)})`

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
  bindings: classes.map(
    ({ binding: name, className }) =>
      `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`,
  ),
  worker: `durableObjectNamespaces = [
    ${classes.map(({ className }) => namespace(className)).join(',\n    ')},
  ],
  durableObjectStorage = (localDisk = "storage"),`,
})

const namespace = (className: string): string =>
  `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = true)`

/** Cap'n Proto's text literals escape as C does, so of JSON's escapes it does not know `\uXXXX`. */
const quote = (text: string): string => `"${text.replaceAll(/["\\\p{Cc}]/gu, escapeCharacter)}"`

/** The control characters from U+0080 on are more than one byte, and go through as they are. */
function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : character
}
