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

/** A plugin for markdown-it that applies {@link breakable} to code in a line. */
export function breakNames(md: MarkdownRenderer): void {
  const render = md.renderer.rules.code_inline
  if (render === undefined) return
  md.renderer.rules.code_inline = (...args) => breakable(render(...args))
}
