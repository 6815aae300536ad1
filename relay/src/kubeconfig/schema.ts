/**
 * The parts of a kubeconfig that are read (client-go tools/clientcmd/api/v1/types.go). As in Go, a field
 * that is absent or null has the zero value of its type, and unknown fields are ignored.
 *
 * @module
 */
import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)

const listOf = <T extends z.ZodType>(
  item: T,
): z.ZodPipe<z.ZodOptional<z.ZodNullable<z.ZodArray<T>>>, z.ZodTransform<z.output<T>[]>> =>
  z
    .array(item)
    .nullish()
    .transform((value): z.output<T>[] => value ?? [])

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u

/** A `[]byte` of Go: standard base64 with padding; line breaks are ignored. */
const base64Text = text
  .transform((value) => value.replaceAll(/[\r\n]/gu, ''))
  .refine((value) => BASE64.test(value), 'expected standard base64 with padding')
  .transform((value) => Buffer.from(value, 'base64').toString('utf8'))

const clusterSchema = z.object({
  server: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': flag,
  'certificate-authority': text,
  'certificate-authority-data': base64Text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: listOf(z.object({ name: text, extension: z.unknown() })),
})

const execSchema = z.object({
  apiVersion: text,
  command: text,
  args: listOf(z.string()),
  env: listOf(z.object({ name: text, value: text })),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
})

const userSchema = z.object({
  'client-certificate': text,
  'client-certificate-data': base64Text,
  'client-key': text,
  'client-key-data': base64Text,
  token: text,
  tokenFile: text,
  as: text,
  'as-uid': text,
  'as-groups': listOf(z.string()),
  'as-user-extra': z
    .record(z.string(), listOf(z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  username: text,
  password: text,
  'auth-provider': z.object({ name: text }).nullish(),
  exec: execSchema.nullish(),
})

const contextSchema = z.object({ cluster: text, user: text })

const orEmpty = <T extends z.ZodType>(schema: T): z.ZodPreprocess<T> =>
  z.preprocess((value) => value ?? {}, schema)

/** One file. */
export const kubeconfigSchema = orEmpty(
  z.object({
    apiVersion: text.refine((value) => value === '' || value === 'v1', 'expected v1'),
    kind: text.refine((value) => value === '' || value === 'Config', 'expected Config'),
    clusters: listOf(z.object({ name: text, cluster: orEmpty(clusterSchema) })),
    users: listOf(z.object({ name: text, user: orEmpty(userSchema) })),
    contexts: listOf(z.object({ name: text, context: orEmpty(contextSchema) })),
    'current-context': text,
  }),
)

export type Cluster = Readonly<z.output<typeof clusterSchema>>
export type User = Readonly<z.output<typeof userSchema>>
export type Context = Readonly<z.output<typeof contextSchema>>
export type ExecConfig = Readonly<z.output<typeof execSchema>>
