import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import {
  buildImageFiles,
  IMAGE_FILES,
  IMAGE_FOLDER,
  NODE_FLAGS,
} from '../../deploy/images/relay-files.ts'
import { noticesOf } from '../../deploy/tools/notices.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IMPORT = /^(?:import|export) (?:[^'"]* from )?["'](?<name>[^"']+)["'];?$/gmu

let parent: string
let folder: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'image-files-'))
  folder = join(parent, 'relay')
  await buildImageFiles(folder)
})

afterAll(async () => rm(parent, { recursive: true }))

const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

describe('the files of the image', () => {
  it('are three', async ({ expect }) => {
    expect((await readdir(folder)).toSorted()).toEqual(Object.values(IMAGE_FILES).toSorted())
    expect(await read(IMAGE_FILES.license)).toContain('Apache License')
  })

  it('load nothing but what Node has', async ({ expect }) => {
    const bundle = await read(IMAGE_FILES.bundle)
    const imports = [...bundle.matchAll(IMPORT)].map(({ groups }) => groups?.['name'] ?? '')
    expect(imports).toContain('node:crypto')
    expect(imports.filter((name) => !isBuiltin(name))).toEqual([])
  })

  it('tell nothing of the machine that made them', async ({ expect }) => {
    for (const name of Object.values(IMAGE_FILES)) expect(await read(name)).not.toContain(ROOT)
  })

  it('are the same when they are made again', async ({ expect }) => {
    const again = join(parent, 'again')
    await buildImageFiles(again)
    for (const name of Object.values(IMAGE_FILES)) {
      expect((await readFile(join(again, name), 'utf8')) === (await read(name))).toBe(true)
    }
  })

  it('are a relay, without a right to write, and with nothing around them', async ({ expect }) => {
    const { code, stdout, stderr } = await runCommand({
      command: process.execPath,
      args: [...NODE_FLAGS, join(folder, IMAGE_FILES.bundle), '--help'],
      env: {},
      cwd: parent,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('--leader-elect')
  })

  it('show the license of every dependency of the relay', async ({ expect }) => {
    const notices = await read(IMAGE_FILES.notices)
    for (const name of ['pino', 'undici', 'yaml', 'zod']) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\((ISC|MIT)\\)$`, 'mu'))
    }
  })
})

it('a package whose license asks for more than to be shown ends the build', async ({ expect }) => {
  const lightningcss = join(ROOT, 'node_modules/lightningcss/node/index.js')
  await expect(noticesOf('x', [lightningcss])).rejects.toThrow('has the license MPL-2.0')
})

describe('the Dockerfile', () => {
  it('starts what is built, as it was tried, as a user that is not root', async ({ expect }) => {
    const text = await readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8')
    const entry = ['/nodejs/bin/node', ...NODE_FLAGS, `${IMAGE_FOLDER}/${IMAGE_FILES.bundle}`]
    expect(text).toContain(`ENTRYPOINT [${entry.map((word) => JSON.stringify(word)).join(', ')}]\n`)
    expect(text).toContain(`/image/ ${IMAGE_FOLDER}/\n`)
    expect(text).toContain('\nUSER 65532:65532\n')
  })

  it('names no image by itself', async ({ expect }) => {
    const text = await readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8')
    const from = [...text.matchAll(/^FROM (?:--platform=\S+ )?(?<image>\S+) AS /gmu)].map(
      ({ groups }) => groups?.['image'] ?? '',
    )
    expect(from).toHaveLength(text.match(/^FROM /gmu)?.length ?? 0)
    const stages = new Set(['sources', '${BUILD_IMAGE}', '${RUNTIME_IMAGE}'])
    expect(from.filter((image) => !stages.has(image))).toEqual([])
    expect(text).not.toMatch(/^ARG \w+_IMAGE=/mu)
  })

  it('copies what is there, and what is not kept from it', async ({ expect }) => {
    const [text, ignore] = await Promise.all([
      readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8'),
      readFile(join(ROOT, '.dockerignore'), 'utf8'),
    ])
    const copied = [...text.matchAll(/^COPY (?<words>[^-].*)$/gmu)].flatMap(({ groups }) =>
      (groups?.['words'] ?? '').split(' ').slice(0, -1),
    )
    const { workspaces } = z
      .object({ workspaces: z.array(z.string()) })
      .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')))
    for (const workspace of workspaces) {
      expect(copied).toContain(copied.includes(workspace) ? workspace : `${workspace}/package.json`)
    }
    const allowed = new Set(ignore.split('\n'))
    expect(copied.filter((path) => !allowed.has(`!${path}`))).toEqual([])
    const found = await Promise.all(copied.map(async (path) => fileExists(join(ROOT, path))))
    expect(found).not.toContain(false)
  })
})
