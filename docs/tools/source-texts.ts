/**
 * Texts of the sources: string literals, templates with holes, and what `+` makes of both.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

/** What is between the holes: one part more than there are holes. */
export type Text = readonly string[]

/** A node of a syntax tree (ESTree); its members are checked before use. */
export type Node = Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** A file of the sources. */
export interface SourceFile {
  /** Relative to the root of the checkout. */
  readonly path: string
  /** Its syntax tree (ESTree). */
  readonly tree: unknown
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Reads every TypeScript file below the folders, in the order of their paths. */
export async function readSources(folders: readonly string[]): Promise<readonly SourceFile[]> {
  const listed = folders.map(async (folder) => {
    const names = await readdir(join(ROOT, folder), { recursive: true })
    return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`)
  })
  const paths = (await Promise.all(listed)).flat().toSorted()
  return Promise.all(
    paths.map(async (path) => ({
      path,
      tree: parseAst(await readFile(join(ROOT, path), 'utf8'), { lang: 'ts' }),
    })),
  )
}

/** @returns The text that an expression makes; nothing for one that makes none by itself. */
export function textOf(node: Node): Text | undefined {
  switch (node['type']) {
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value']] : undefined
    case 'TemplateLiteral': {
      const { quasis } = node
      return Array.isArray(quasis) ? quasis.map(cookedOf) : undefined
    }
    case 'BinaryExpression':
      return node['operator'] === '+' ? joined(node['left'], node['right']) : undefined
    default:
      return undefined
  }
}

function cookedOf(quasi: unknown): string {
  const value = isNode(quasi) && isNode(quasi['value']) ? quasi['value']['cooked'] : undefined
  return typeof value === 'string' ? value : ''
}

const HOLE: Text = ['', '']

function joined(left: unknown, right: unknown): Text {
  const before = (isNode(left) ? textOf(left) : undefined) ?? HOLE
  const after = (isNode(right) ? textOf(right) : undefined) ?? HOLE
  return [...before.slice(0, -1), `${before.at(-1) ?? ''}${after[0] ?? ''}`, ...after.slice(1)]
}
