/** Finds the tests with acceptance tags in the sources, without running them. */
import { readdir, readFile } from 'node:fs/promises'

/** A test, a `describe` or a whole file that has one acceptance tag. */
export interface TaggedTest {
  readonly tag: string
  /** Path below `test/`. */
  readonly file: string
  /** Title as in the source; undefined where the file has the tag. */
  readonly title: string | undefined
}

const FOLDER = new URL('../../test/', import.meta.url)
const FILE_TAG = /^\/\/ @module-tag (?<tag>AC-\d+)$/gm
const TITLE_AND_TAGS =
  /(?<quote>['"`])(?<title>(?:(?!\k<quote>).)+)\k<quote>,\s*\{\s*tags: \[(?<tags>[^\]]+)\]/g

/** @returns All tests with acceptance tags, by tag and file. */
export async function acceptanceTests(): Promise<readonly TaggedTest[]> {
  const files = (await readdir(FOLDER, { recursive: true })).filter((name) =>
    name.endsWith('.test.ts'),
  )
  const found = await Promise.all(
    files
      .toSorted()
      .map(async (file) => taggedIn(file, await readFile(new URL(file, FOLDER), 'utf8'))),
  )
  return found.flat().toSorted((one, other) => numberOf(one) - numberOf(other))
}

/** @returns Everything that has an acceptance tag in the source of one test file. */
export function taggedIn(file: string, source: string): readonly TaggedTest[] {
  const ofFile = [...source.matchAll(FILE_TAG)].map(({ groups }) => ({
    tag: groups?.['tag'] ?? '',
    file,
    title: undefined,
  }))
  const ofTests = [...source.matchAll(TITLE_AND_TAGS)].flatMap(({ groups }) =>
    [...(groups?.['tags'] ?? '').matchAll(/AC-\d+/g)].map(([tag]) => ({
      tag,
      file,
      title: groups?.['title'],
    })),
  )
  return [...ofFile, ...ofTests]
}

const numberOf = ({ tag }: TaggedTest): number => Number(tag.slice('AC-'.length))
