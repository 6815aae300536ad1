/**
 * The pages in docs/recipes, taken apart: commands, configuration of the worker, rules of clients, objects,
 * values of charts, and what to check.
 *
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { type Block, readMarkdown, ROOT } from '../../../docs/support/markdown.ts'
import type { Step } from './page-shell.ts'

/** The folder of the pages. */
export const RECIPES = 'docs/recipes'

/** The member of a chain that a page shows: `the text of acme-ca/chain.pem`. */
export const CHAIN_OF = 'the text of '

const authoritySchema = z.strictObject({
  state: z.literal('active'),
  chain: z.templateLiteral([CHAIN_OF, z.string()]),
  keySecret: z.string(),
})
const fragmentSchema = z.strictObject({
  issuers: z.record(
    z.string(),
    z.strictObject({ authorities: z.tuple([authoritySchema]), profiles: z.array(z.string()) }),
  ),
  profiles: z.record(z.string(), z.looseObject({})),
})

/** What `signer.config.json` must have for a recipe. */
export type SignerFragment = z.infer<typeof fragmentSchema>

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})

/** An object of Kubernetes, of whatever kind. */
export type KubeObject = z.infer<typeof objectSchema>

/** An object, with its place in the page. */
export interface PlacedObject {
  readonly place: string
  readonly object: KubeObject
}

/** A document with the name of what it is for. */
export interface NamedDocument {
  readonly name: string
  readonly document: unknown
}

/** A page. */
export interface Recipe {
  readonly path: string
  /** Commands that make a CA. */
  readonly caCommands: readonly Step[]
  readonly fragments: readonly SignerFragment[]
  /** Commands that register a client. */
  readonly enrolments: readonly Step[]
  /** By client. */
  readonly rules: readonly NamedDocument[]
  readonly objects: readonly PlacedObject[]
  /** By chart. */
  readonly values: readonly NamedDocument[]
  /** Everything else to run. */
  readonly checks: readonly Step[]
}

const isCa = ({ command }: Step): boolean => command.text.includes('edge-issuer ca init')
const isEnrolment = ({ command }: Step): boolean => command.text.includes('edge-issuer clients add')

const RULES = /^rules of (\S+)$/
const VALUES = /^values of (\S+)$/

/** Reads every page. */
export async function readRecipes(): Promise<readonly Recipe[]> {
  const names = await readdir(join(ROOT, RECIPES))
  return Promise.all(names.toSorted().map(async (name) => readRecipe(`${RECIPES}/${name}`)))
}

async function readRecipe(path: string): Promise<Recipe> {
  const { blocks } = await readMarkdown(path)
  const steps = blocks.flatMap((command, index): readonly Step[] => {
    const next = blocks[index + 1]
    const output = next?.info === 'text' ? next : undefined
    return command.info === 'sh' ? [{ command, output }] : []
  })
  const yaml = blocks.filter(({ info }) => info === 'yaml')
  return {
    path,
    caCommands: steps.filter(isCa),
    fragments: blocks
      .filter(({ info }) => info === 'json')
      .map(({ text }) => fragmentSchema.parse(JSON.parse(text))),
    enrolments: steps.filter(isEnrolment),
    rules: named(yaml, RULES),
    objects: yaml
      .filter(({ comment }) => !RULES.test(comment) && !VALUES.test(comment))
      .flatMap((block) => objectsOf(path, block)),
    values: named(yaml, VALUES),
    checks: steps.filter((step) => !isCa(step) && !isEnrolment(step)),
  }
}

const named = (blocks: readonly Block[], comment: RegExp): readonly NamedDocument[] =>
  blocks.flatMap((block) => {
    const name = comment.exec(block.comment)?.[1]
    return name === undefined
      ? []
      : parseAllDocuments(block.text).map((one): NamedDocument => ({ name, document: one.toJS() }))
  })

const objectsOf = (path: string, { text, line }: Block): readonly PlacedObject[] =>
  parseAllDocuments(text).map((document) => {
    const object = objectSchema.parse(document.toJS())
    return { place: `${path}:${String(line)} ${object.kind} ${object.metadata.name}`, object }
  })
