/**
 * The cluster and the worker that the pages in docs/recipes describe: CAs and clients made by the commands of
 * the pages, and their configuration.
 *
 * @module
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CliResult } from '@edge-issuer/testbed/cli'
import { runCli } from '@edge-issuer/testbed/cli'
import { stringify } from 'yaml'
import { type EdgeEnvironment, startEdgeEnvironment } from '../../environment.ts'
import { type PageShell, startPageShell } from './page-shell.ts'
import { CHAIN_OF, type KubeObject, type Recipe } from './recipes.ts'

const PUBLIC_URL = 'https://ca.example.com'

/** What runs. */
export interface RecipeEnvironment {
  readonly edge: EdgeEnvironment
  readonly shell: PageShell
  /** Where the commands of the pages run. */
  readonly directory: string
  /** What `config check` says of the configuration, with the private keys. */
  readonly checked: CliResult
  /** Applies an object as its page shows it, but with the URL of this worker. @returns kubectl's complaint */
  readonly apply: (object: KubeObject) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Starts everything, and makes what is common to the pages. */
export async function startRecipes(recipes: readonly Recipe[]): Promise<RecipeEnvironment> {
  const directory = await mkdtemp(join(tmpdir(), 'recipes-'))
  let config: object = {}
  const edge = await startEdgeEnvironment({
    signer: { configure: (before) => ({ ...before, ...config }) },
  })
  const { plane, signer } = edge
  const shell = await startPageShell({
    plane,
    directory,
    cwd: directory,
    env: {
      EDGE_ISSUER_URL: signer.worker.url,
      EDGE_ISSUER_KEY: signer.adminKeyFile,
      EDGE_ISSUER_CA_FILE: signer.tlsCaFile,
    },
  })
  const steps = (of: 'caCommands' | 'enrolments') => recipes.flatMap((recipe) => recipe[of])
  for (const step of steps('caCommands')) await shell.run(step)
  const { members, keys } = await configuration(recipes, directory)
  config = members
  for (const [name, file] of keys) await signer.putSecret(name, file)
  const checked = await check({ members, keys, directory })
  await signer.deploy()
  for (const step of steps('enrolments')) await shell.run(step)
  for (const { name, document } of recipes.flatMap(({ rules }) => rules)) {
    await writeFile(join(directory, 'rules.yaml'), stringify(document))
    await shell.runText(`edge-issuer clients rules ${name} --file rules.yaml\n`)
  }
  for (const namespace of namespacesOf(recipes)) {
    await plane.apply(
      stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
    )
  }
  return {
    edge,
    shell,
    directory,
    checked,
    apply: async (object) => {
      const stdin = JSON.stringify(atThisWorker(object, edge))
      const args = ['apply', '--server-side', '--validate=strict', '--filename=-']
      const { code, stderr } = await plane.kubectl(args, { stdin })
      return code === 0 ? '' : stderr
    },
    stop: async () => {
      await shell.end()
      await edge.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface Configuration {
  /** Members of `signer.config.json`. */
  readonly members: object
  /** Files of the private keys, by the name of the secret. */
  readonly keys: ReadonlyMap<string, string>
}

/** Puts the fragments of all pages together, with the chains that their commands have made. */
async function configuration(
  recipes: readonly Recipe[],
  directory: string,
): Promise<Configuration> {
  const issuers: Record<string, object> = {}
  const profiles: Record<string, object> = {}
  const keys = new Map<string, string>()
  for (const fragment of recipes.flatMap(({ fragments }) => fragments)) {
    Object.assign(profiles, fragment.profiles)
    for (const [name, issuer] of Object.entries(fragment.issuers)) {
      const [authority] = issuer.authorities
      const file = authority.chain.slice(CHAIN_OF.length)
      const chain = await readFile(join(directory, file), 'utf8')
      keys.set(authority.keySecret, join(directory, file.replace('chain.pem', 'issuing/ca.key')))
      issuers[name] = { ...issuer, authorities: [{ ...authority, chain }] }
    }
  }
  return { members: { issuers, profiles }, keys }
}

async function check({
  members,
  keys,
  directory,
}: Configuration & { readonly directory: string }): Promise<CliResult> {
  const file = join(directory, 'signer.config.json')
  await writeFile(file, JSON.stringify({ publicUrl: PUBLIC_URL, ...members }))
  const secrets = [...keys].flatMap(([name, path]) => ['--secret', `${name}=${path}`])
  return runCli(['config', 'check', file, ...secrets], { cwd: directory })
}

const namespacesOf = (recipes: readonly Recipe[]): ReadonlySet<string> =>
  new Set(
    recipes
      .flatMap(({ objects }) => objects)
      .flatMap(({ object }) => object.metadata.namespace ?? []),
  )

function atThisWorker(object: KubeObject, { signer }: EdgeEnvironment): object {
  if (!object.apiVersion.startsWith('edge-issuer.dev/')) return object
  const url = signer.worker.url
  const caBundle = Buffer.from(signer.tlsCaPem).toString('base64')
  return { ...object, spec: { ...Object(object['spec']), url, caBundle } }
}
