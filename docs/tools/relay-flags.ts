/** The flags of the relay, from the text of its `--help`. */
import { helpText } from '../../relay/src/config.ts'
import { code, table } from './tables.ts'

const FLAG = /^ {2}--(\S+) \((\S+); default "(.*)"\)\n {6}(.*)$/gm

/** @returns A table of all flags. */
export const relayFlagTable = (): string =>
  table(
    ['flag', 'variable', 'default', 'meaning'],
    [...helpText().matchAll(FLAG)].map(([, flag = '', variable = '', value = '', meaning = '']) => [
      code(`--${flag}`),
      code(variable),
      value === '' ? '' : code(value),
      meaning,
    ]),
  )
