/**
 * Long names in code may break after their separators, so that a column of them is not as wide as the longest.
 *
 * @module
 */
import type { MarkdownRenderer } from 'vitepress'

/** Shorter names stay in one piece. */
const MAX_UNBROKEN = 20

/** @param html - Rendered code: its text is escaped. */
export const breakable = (html: string): string =>
  html.replaceAll(/>(?<text>[^<]+)</gu, (whole, text: string) =>
    text.length <= MAX_UNBROKEN ? whole : `>${text.replaceAll(/[_./=,](?=[^\s])/gu, '$&<wbr>')}<`,
  )

/** @returns The same HTML for a reader; Vue, which makes the pages, finds no expressions in it. */
export const withoutExpressions = (html: string): string => html.replaceAll('{{', '&#123;&#123;')

/** A plugin for markdown-it that applies {@link breakable} to code in a line, and {@link withoutExpressions} to all text. */
export function breakNames(md: MarkdownRenderer): void {
  const { code_inline: code, text } = md.renderer.rules
  if (code === undefined || text === undefined) throw new Error('markdown-it has no such rules')
  md.renderer.rules.code_inline = (...args) => withoutExpressions(breakable(code(...args)))
  md.renderer.rules.text = (...args) => withoutExpressions(text(...args))
}
