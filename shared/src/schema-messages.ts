/**
 * What a schema says of a value that it refuses, in English. zod's small build, which both halves take,
 * comes without words: loading this module before any schema is used gives them.
 *
 * @module
 */
import * as z from 'zod/mini'
import english from 'zod/v4/locales/en.js'

z.config(english())
