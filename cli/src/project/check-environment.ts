/**
 * Whether an environment of wrangler.jsonc has what this version of the worker needs.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import { error, type Findings, joinFindings, NOTHING, warning } from './findings.ts'
import { COMPATIBILITY_DATE } from './pins.ts'
import { checkHost, isInZone, type RoutePattern } from './public-host.ts'
import type { Environment } from './read-environment.ts'
import { CLASS_DECLARATION, WORKER_CLASSES } from './worker-classes.ts'

/** Checks everything but the configuration of the worker. @param where - The environment in messages. */
export function checkEnvironment(environment: Environment, where: string): Findings {
  return joinFindings([
    ...WORKER_CLASSES.map((one) => checkBinding(environment, one, where)),
    ...WORKER_CLASSES.map(({ className }) => checkDeclaration(environment, className)),
    checkModules(environment, where),
    checkDate(environment, where),
  ])
}

interface Binding {
  readonly binding: string
  readonly className: string
}

function checkBinding(
  { durable_objects: { bindings } }: Environment,
  { binding, className }: Binding,
  where: string,
): Findings {
  const found = bindings.find(({ name }) => name === binding)
  if (found?.class_name === className) return NOTHING
  const actual = found === undefined ? 'is missing' : `is of class "${found.class_name}"`
  return error(
    `wrangler.jsonc: ${where}: the Durable Object binding "${binding}" ${actual}; expected { "name": "${binding}", "class_name": "${className}" }`,
  )
}

function checkDeclaration({ exports: declared }: Environment, className: string): Findings {
  if (isDeepStrictEqual(declared[className], CLASS_DECLARATION)) return NOTHING
  return error(
    `wrangler.jsonc: "exports" must declare the class "${className}" as ${JSON.stringify(CLASS_DECLARATION)}; without it, its objects have no storage`,
  )
}

/** A configuration bundled with the code works too, but the code is then not the one that was released. */
function checkModules({ rules, preserve_file_names: keeps }: Environment, where: string): Findings {
  const isText = rules.some(({ type }) => type === 'Text')
  return isText && keeps === true
    ? NOTHING
    : warning(
        `wrangler.jsonc: ${where}: the configuration is not a module of its own; set "rules" and "preserve_file_names" as "edge-issuer worker init" writes them`,
      )
}

function checkDate({ compatibility_date: date }: Environment, where: string): Findings {
  if (date !== undefined && date >= COMPATIBILITY_DATE) return NOTHING
  return error(
    `wrangler.jsonc: ${where}: compatibility_date is ${date ?? 'missing'}; this version needs ${COMPATIBILITY_DATE} or later`,
  )
}

/** The word that examples have in place of the subdomain of an account. */
const PLACEHOLDER = '.ACCOUNT.workers.dev'

/**
 * @returns An error if no request to `publicUrl` reaches the worker; a warning if Cloudflare cannot have its host.
 */
export function checkPlace(environment: Environment, publicUrl: string, where: string): Findings {
  if (publicUrl.includes(PLACEHOLDER)) {
    return error(
      `${where}: publicUrl is ${publicUrl}, where ACCOUNT is a placeholder; replace it with the subdomain of the account, which the Cloudflare dashboard shows under Workers & Pages`,
    )
  }
  if (!isInZone(publicUrl)) {
    return warning(
      `${where}: publicUrl is ${publicUrl}, a host that no route of Cloudflare can have; such a worker runs with "edge-issuer worker serve" only. For Cloudflare, use a host in a zone of the account, such as ca.example.com`,
    )
  }
  const { name = '', workers_dev: hasWorkersDev, route, routes = [] } = environment
  const place = {
    name,
    hasWorkersDev,
    routes: [...routes, ...(route === undefined ? [] : [route])].map(routePattern),
  }
  const problem = checkHost(publicUrl, place)
  return problem === undefined ? NOTHING : error(`wrangler.jsonc: ${where}: ${problem}`)
}

const routePattern = (route: NonNullable<Environment['route']>): RoutePattern =>
  typeof route === 'string'
    ? { pattern: route, isCustomDomain: false }
    : { pattern: route.pattern, isCustomDomain: route.custom_domain === true }

/** @returns A warning if records are to be archived and there is no archive. */
export function checkArchive(
  { r2_buckets: buckets }: Environment,
  hasRetention: boolean,
  where: string,
): Findings {
  const hasArchive = buckets.some(({ binding }) => binding === 'ARCHIVE')
  return hasRetention && !hasArchive
    ? warning(
        `wrangler.jsonc: ${where}: the configuration has "retention", but there is no R2 bucket with the binding ARCHIVE, so that all records stay in the ledgers`,
      )
    : NOTHING
}
