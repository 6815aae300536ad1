/**
 * The npm package as a user installs it: what is in it, and that it works without the checkout.
 *
 * @module
 */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { COMMANDS } from '../../cli/src/registry.ts'
import { VERSION } from '../../cli/src/version.ts'
import { buildPackage } from '../../deploy/package/build-package.ts'
import { type InstalledPackage, installPackage } from './installed-package.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '')
/** Largest tarball, in bytes. */
const MAX_TARBALL_BYTES = 1_400_000
/** Largest worker, compressed with gzip, in bytes. */
const MAX_WORKER_BYTES = 108_544
const IMPORT = /^(?:import|export)\s?(?:[^'";]*\sfrom\s?)?["'](?<name>[^"'\n]+)["'];?$/gmu

let installed: InstalledPackage

beforeAll(async () => {
  installed = await installPackage()
})
afterAll(async () => installed.remove())

const read = async (name: string): Promise<string> => readFile(join(installed.built, name), 'utf8')

/** The last is in the text of `worker.js`, which `worker init` writes. */
const isExpected = (name: string): boolean =>
  isBuiltin(name) ||
  name.startsWith('./') ||
  ['cloudflare:workers', 'edge-issuer/worker'].includes(name)

describe('the files of the package', () => {
  it('are these', ({ expect }) => {
    const paths = installed.packed.paths.filter((path) => !/^lib\/[\w.-]+\.mjs$/u.test(path))
    expect(paths).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD_PARTY_NOTICES.txt',
      'bin/edge-issuer.mjs',
      'crds/clusterissuers.yaml',
      'crds/issuers.yaml',
      'manifests/install.yaml',
      'package.json',
      'relay/relay.mjs',
      'schemas/signer.config.schema.json',
      'worker/index.d.mts',
      'worker/index.mjs',
    ])
  })

  it('are small enough', async ({ expect }) => {
    expect(installed.packed.size).toBeLessThan(MAX_TARBALL_BYTES)
    const worker = await readFile(join(installed.built, 'worker/index.mjs'))
    expect(gzipSync(worker).length).toBeLessThan(MAX_WORKER_BYTES)
  })

  it('import only modules of Node.js, of workerd and of the package', async ({ expect }) => {
    const modules = installed.packed.paths.filter((path) => path.endsWith('.mjs'))
    const imports = await Promise.all(
      modules.map(async (path) =>
        [...(await read(path)).matchAll(IMPORT)].map(({ groups }) => groups?.['name'] ?? ''),
      ),
    )
    const names = new Set(imports.flat())
    expect(names).toContain('node:path')
    expect([...names].filter((name) => !isExpected(name))).toEqual([])
  })

  it('contain no path of the machine that built them', async ({ expect }) => {
    for (const path of installed.packed.paths) expect(await read(path), path).not.toContain(ROOT)
  })

  it('are the same when they are built again', async ({ expect, onTestFinished }) => {
    const again = await mkdtemp(join(tmpdir(), 'edge-issuer-package-again-'))
    onTestFinished(async () => rm(again, { recursive: true }))
    await buildPackage({ folder: again })
    const options = { recursive: true, withFileTypes: true } as const
    const files = (await readdir(again, options)).filter((entry) => entry.isFile())
    expect(files).toHaveLength(installed.packed.paths.length)
    for (const path of installed.packed.paths) {
      expect((await readFile(join(again, path), 'utf8')) === (await read(path)), path).toBe(true)
    }
  })

  it('have the license of every bundled dependency', async ({ expect }) => {
    const notices = await read('THIRD_PARTY_NOTICES.txt')
    for (const name of ['@peculiar/x509', 'hono', 'jose', 'undici', 'yaml', 'zod']) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\((ISC|MIT)\\)$`, 'mu'))
    }
  })
})

describe('the installed command', () => {
  it('prints its version', async ({ expect }) => {
    const { code, stdout, stderr } = await installed.run('edge-issuer', ['--version'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^edge-issuer ${VERSION.replaceAll('.', '\\.')} `, 'u'))
  })

  it('prints help without loading a schema', async ({ expect }) => {
    const { code, stdout, stderr } = await installed.run('edge-issuer', ['--help'], {
      NODE_DEBUG: 'esm',
    })
    expect(code).toBe(0)
    for (const { path } of COMMANDS) expect(stdout).toContain(`  ${path} `)
    expect(stderr).toMatch(/lib\/main\.mjs/u)
    expect(stderr).not.toMatch(/lib\/(?:schemas|dist|define-command)\.mjs/u)
  })

  it.for(COMMANDS)('prints help for $path', async ({ path }, { expect }) => {
    const args = [...path.split(' '), '--help']
    const { code, stdout, stderr } = await installed.run('edge-issuer', args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`edge-issuer ${path}: `)
  })

  it('creates a CA and a configuration, and checks it', async ({ expect }) => {
    for (const line of [
      'ca init --out ca',
      'admin create alice --role admin --out admins',
      'config init --url https://ca.example.com --ca ca --admin admins/alice.admin.json --out signer.config.json',
      'config check signer.config.json',
    ]) {
      const { code, stderr } = await installed.run('edge-issuer', line.split(' '))
      expect({ code, stderr }, line).toMatchObject({ code: 0 })
    }
    const { code, stdout } = await installed.run('edge-issuer', ['config', 'check', 'none.json'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('keeps compiled code in the cache of the user only', async ({ expect }) => {
    const { home } = installed
    const folder = join(home, '.cache/edge-issuer/compiled')
    expect((await readdir(folder)).length).toBeGreaterThan(0)
    expect((await readdir(home)).toSorted()).toEqual(['.cache', '.npm'])

    const elsewhere = join(home, '.cache/elsewhere')
    await rm(folder, { recursive: true })
    await installed.run('edge-issuer', ['--help'], { NODE_COMPILE_CACHE: elsewhere })
    expect(await readdir(join(home, '.cache/edge-issuer'))).toEqual([])
    expect((await stat(elsewhere)).isDirectory()).toBe(true)
  })

  it('runs where nothing can be written', async ({ expect }) => {
    const { code, stderr } = await installed.run('edge-issuer', ['status', '--help'], {
      HOME: '/proc/1/fdinfo/none',
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('names the version of Node.js that it needs when it runs on an older one', async ({
    expect,
  }) => {
    const preload = join(installed.project, 'older.mjs')
    await writeFile(
      preload,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.18.9' } })\n`,
    )
    await chmod(preload, 0o644)
    const { code, stdout, stderr } = await installed.run('edge-issuer', ['--version'], {
      NODE_OPTIONS: `--import=${preload}`,
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      'edge-issuer: Node.js 22.18.9 is too old; install Node.js 22.19.0 or newer (https://nodejs.org)\n',
    )
  })

  it('begins with a file that an old Node.js can parse', async ({ expect }) => {
    const text = await read('bin/edge-issuer.mjs')
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true)
    expect(text).not.toMatch(/^import /mu)
    expect(text).not.toMatch(/\bawait\b|\?\.|\?\?|node:/u)
  })
})
