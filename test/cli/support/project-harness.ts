import { cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { cachedWorkerLibrary } from '@edge-issuer/testbed/worker/worker-library'
import type { TestContext } from 'vitest'
import { VERSION } from '../../../cli/src/version.ts'
import { runCli, temporaryFolder, type Outcome } from './run-cli.ts'

const REPOSITORY = resolve(import.meta.dirname, '../../..')

/** Where a new project of the harness is reached. */
const PROJECT_URL = 'https://ca.example.com'

/** A project of `worker init` in the folder `w`, beside its CA `ca` and the key of its admin. */
export interface ProjectHarness {
  readonly cwd: string
  /** Runs `worker …` in the folder of the project. */
  readonly worker: (args: string, env?: NodeJS.ProcessEnv) => Promise<Outcome>
  readonly path: (name: string) => string
  /** Replaces a text of a file, which must occur in it. */
  readonly edit: (name: string, from: string | RegExp, to: string) => Promise<void>
  /** Creates `signer.config.staging.json`, with the CA of production. */
  readonly makeStaging: () => Promise<void>
}

/** Makes a project that goes with the test. */
export async function makeProject(
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<ProjectHarness> {
  const cwd = await temporaryFolder(context)
  const path = (name: string): string => join(cwd, 'w', name)
  const must = async (args: string): Promise<void> => {
    const { exitCode, stderr } = await runCli(args, { cwd })
    if (exitCode !== 0) throw new Error(`edge-issuer ${args}: ${stderr}`)
  }
  await must('ca init')
  await must(`worker init w --url ${PROJECT_URL} --ca ca`)
  await installPackages(join(cwd, 'w'))
  return {
    cwd,
    path,
    worker: async (args, env) =>
      runCli(`worker ${args}`, { cwd: join(cwd, 'w'), env: { ...QUIET, HOME: cwd, ...env } }),
    edit: async (name, from, to) => {
      const text = await readFile(path(name), 'utf8')
      const changed = text.replace(from, to)
      if (changed === text) throw new Error(`${name} does not contain ${String(from)}`)
      await writeFile(path(name), changed)
    },
    makeStaging: async () => {
      const url = 'https://edge-issuer-signer-staging.acme.workers.dev'
      const out = 'w/signer.config.staging.json'
      await must(`config init --url ${url} --ca ca --admin admin.admin.json --out ${out}`)
    },
  }
}

/** wrangler without the network, and as long as it needs `node`. */
const QUIET = {
  PATH: process.env['PATH'],
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  NO_COLOR: '1',
}

/** What `npm install` would leave: edge-issuer from the checkout, the others as they are installed here. */
async function installPackages(folder: string): Promise<void> {
  const edgeIssuer = join(folder, 'node_modules/edge-issuer')
  await mkdir(join(edgeIssuer, 'worker'), { recursive: true })
  await mkdir(join(edgeIssuer, 'bin'))
  const document = {
    name: 'edge-issuer',
    version: VERSION,
    type: 'module',
    exports: { './worker': './worker/index.mjs', './package.json': './package.json' },
  }
  await writeFile(join(edgeIssuer, 'package.json'), JSON.stringify(document))
  await cp(await cachedWorkerLibrary(), join(edgeIssuer, 'worker/index.mjs'))
  const main = JSON.stringify(join(REPOSITORY, 'cli/src/main.ts'))
  await writeFile(join(edgeIssuer, 'bin/edge-issuer.mjs'), `import ${main}\n`)
  const require = createRequire(import.meta.url)
  for (const name of ['wrangler', 'miniflare']) {
    const root = dirname(require.resolve(`${name}/package.json`))
    await symlink(root, join(folder, 'node_modules', name))
  }
}

/** Takes a package away. */
export const uninstall = async ({ path }: ProjectHarness, name: string): Promise<void> =>
  rename(path(`node_modules/${name}`), path(`node_modules/.${name}`))
