/**
 * What a schema says of a value that it refuses, in English. zod's small build, which both halves take,
 * has no messages: this module must be loaded before any schema is used.
 *
 * @module
 */
import * as z from 'zod/mini'
import english from 'zod/v4/locales/en.js'

z.config(english())
