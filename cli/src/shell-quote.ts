/** A word for a POSIX shell: as it is where that is safe, in single quotes elsewhere. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
