import type { ReleasedImage } from './images.ts'

/** The content of release notes. */
export interface Notes {
  /** Section of CHANGELOG.md. */
  readonly changes: string
  readonly images: readonly ReleasedImage[]
  /** Whether the images must not be published. */
  readonly isRehearsal: boolean
}

/** @returns Release notes as Markdown. */
export function notesOf({ changes, images, isRehearsal }: Notes): string {
  const list = images.map(({ reference }) => `- \`${reference}\`\n`).join('')
  const head = isRehearsal ? '**Rehearsal: not for release.**\n\n' : ''
  const verify = 'See docs/releasing.md for how to verify what is attached.\n'
  return `${head}${changes === '' ? '' : `${changes}\n\n`}Images:\n\n${list}\n${verify}`
}
