/**
 * The recipes on a real cluster: CAs, configuration, clients and objects as the pages have them, and what the
 * pages say to check. Requests of programs that are not here are made with the names and usages of those.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openssl } from '@edge-issuer/testbed/pki/openssl'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { linksOf, readMarkdown } from '../../docs/support/markdown.ts'
import { getObject, kubectlWait, readyOf, TIMEOUT } from '../environment.ts'
import { CHART_VALUES, FOREIGN_KINDS } from './support/foreign-kinds.ts'
import { hasPostgres, logIn } from './support/postgres-login.ts'
import { csr, decided, signed } from './support/program-requests.ts'
import { type RecipeEnvironment, startRecipes } from './support/recipe-environment.ts'
import { readRecipes, RECIPES } from './support/recipes.ts'

const recipes = await readRecipes()
const objects = recipes.flatMap((recipe) => recipe.objects)
const isForeign = ({ object }: (typeof objects)[number]): boolean => object.kind in FOREIGN_KINDS
const own = objects.filter((one) => !isForeign(one))

let here: RecipeEnvironment

beforeAll(async () => {
  here = await startRecipes(recipes)
})

afterAll(async () => {
  await here.stop()
})

it('the list has every page', async ({ expect }) => {
  const linked = linksOf(await readMarkdown(`${RECIPES}/README.md`)).map(
    ({ text }) => `${RECIPES}/${text}`,
  )
  expect(linked).toEqual(
    expect.arrayContaining(
      recipes.map(({ path }) => path).filter((path) => !path.endsWith('README.md')),
    ),
  )
})

it('the configuration of all pages is valid, and its keys fit', ({ expect }) => {
  expect(here.checked).toMatchObject({ code: 0 })
})

describe('an object is accepted', () => {
  it.for(own)('$place', async ({ object }, { expect }) => {
    expect(await here.apply(object)).toBe('')
  })
})

describe('of kinds that the API server does not have', () => {
  it.for(objects.filter(isForeign))(
    '$place has the fields of its kind',
    ({ object }, { expect }) => {
      expect(FOREIGN_KINDS[object.kind]?.parse(object)).toEqual(object)
    },
  )

  it.for(recipes.flatMap(({ values }) => values))(
    'the values of $name are those of its chart',
    ({ name, document }, { expect }) => {
      expect(CHART_VALUES[name]?.parse(document)).toEqual(document)
    },
  )
})

describe('becomes ready', () => {
  const kinds = new Set(['Issuer', 'ClusterIssuer', 'Certificate'])
  it.for(own.filter(({ object }) => kinds.has(object.kind)))(
    '$place',
    async ({ object: { kind, apiVersion, metadata } }, { expect }) => {
      const name = `${kind.toLowerCase()}.${apiVersion.split('/', 1)[0] ?? ''}/${metadata.name}`
      const { plane } = here.edge
      const namespace = metadata.namespace ?? 'default'
      await kubectlWait(plane, [name, 'condition=Ready', TIMEOUT], namespace)
      expect(readyOf(await getObject(plane, name, namespace))).toMatchObject({ status: 'True' })
    },
  )
})

describe('what the pages say to check', () => {
  const steps = recipes.flatMap(({ path, checks }) =>
    checks.map((step) => ({ path, line: step.command.line, step })),
  )

  it.for(steps)('$path:$line', async ({ step }, { expect, skip }) => {
    const isJava = step.command.text.includes('keytool')
    if (isJava && (await here.shell.runText('command -v keytool || true\n')) === '') {
      skip('needs keytool, of Java')
    }
    expect(await here.shell.run(step)).toBeUndefined()
  })
})

const verifies = async (folder: string, chain: string): Promise<string> =>
  openssl(['verify', '-CAfile', 'root.pem', '-untrusted', 'chain.pem', 'chain.pem'], {
    'root.pem': await readFile(join(here.directory, folder, 'root.pem'), 'utf8'),
    'chain.pem': chain,
  })

const LEAF_USAGES = ['digital signature', 'key encipherment', 'server auth', 'client auth']

describe('what Linkerd does with its identity issuer', () => {
  it.for([
    { name: 'default.shop.serviceaccount.identity.linkerd.cluster.local', isValid: true },
    { name: 'www.example.com', isValid: false },
  ])('a proxy certificate for $name', async ({ name, isValid }, { expect }) => {
    const printed = await here.shell.runText(`
      kubectl get secret linkerd-identity-issuer -n linkerd -o jsonpath='{.data.tls\\.key}' | base64 -d > identity-issuer.key
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout proxy.key -subj / \
        -addext subjectAltName=DNS:${name} -addext extendedKeyUsage=serverAuth,clientAuth -out proxy.csr
      openssl x509 -req -in proxy.csr -CA identity-issuer.crt -CAkey identity-issuer.key -copy_extensions copy -days 1 -out proxy.crt
      openssl verify -purpose sslserver -CAfile linkerd-ca/root.pem -untrusted identity-issuer.crt proxy.crt || true
    `)
    expect(printed).toContain(isValid ? 'proxy.crt: OK' : 'permitted subtree violation')
  })
})

it('PostgreSQL: a login with the settings and the certificates of the page', async ({
  expect,
  skip,
}) => {
  if (!(await hasPostgres(here.shell))) skip('needs initdb, postgres and psql')
  const printed = await logIn(here.shell, here.directory)
  expect(printed).toContain('app|t|/CN=app.database.svc.cluster.local')
})

describe('programs that request by themselves', () => {
  it('istio-csr: a sidecar, with the request of Istio', async ({ expect }) => {
    const file = new URL(
      '../../../testbed/src/field-csrs/corpus/csr/i-istio-sidecar.pem',
      import.meta.url,
    )
    const chain = await signed(here.edge.plane, {
      name: 'istio-csr-1',
      namespace: 'istio-system',
      issuer: { kind: 'Issuer', name: 'istio-ca' },
      csrPem: await readFile(file, 'utf8'),
      spec: { duration: '1h', usages: ['client auth', 'server auth'] },
    })
    expect(await verifies('istio-ca', chain)).toContain('OK')
  })

  it('istio-csr: istiod, with the names of its Service', async ({ expect }) => {
    const chain = await signed(here.edge.plane, {
      name: 'istiod-1',
      namespace: 'istio-system',
      issuer: { kind: 'Issuer', name: 'istio-ca' },
      csrPem: await csr(
        '/CN=istiod.istio-system.svc',
        'DNS:istiod.istio-system.svc,URI:spiffe://cluster.local/ns/istio-system/sa/istiod-service-account',
      ),
      spec: { duration: '1h', usages: LEAF_USAGES },
    })
    expect(await verifies('istio-ca', chain)).toContain('OK')
  })

  it('SPIRE: an intermediate CA with the subject and the usages of SPIRE Server', async ({
    expect,
  }) => {
    const chain = await signed(here.edge.plane, {
      name: 'spiffe-ca-1',
      namespace: 'spire',
      issuer: { kind: 'Issuer', name: 'spire-ca' },
      csrPem: await csr('/C=US/O=SPIFFE/serialNumber=99', 'URI:spiffe://acme.internal'),
      spec: { duration: '24h', isCA: true, usages: ['cert sign', 'crl sign'] },
    })
    expect(await verifies('spire-ca', chain)).toContain('OK')
    const text = await openssl(['x509', '-in', 'chain.pem', '-noout', '-text'], {
      'chain.pem': chain,
    })
    expect(text).toContain('CA:TRUE, pathlen:0')
  })

  it.for([
    { namespace: 'jobs', isSigned: true },
    { namespace: 'shop', isSigned: false },
  ])(
    'csi-driver: a Pod of jobs, asked for in $namespace',
    async ({ namespace, isSigned }, { expect }) => {
      const { chain, message } = await decided(here.edge.plane, {
        name: 'csi-1',
        namespace,
        issuer: { kind: 'ClusterIssuer', name: 'private-ca' },
        csrPem: await csr('/', 'DNS:worker-0.jobs.svc.cluster.local'),
        spec: { duration: '1h', usages: ['digital signature', 'server auth', 'client auth'] },
      })
      expect(chain !== '', message).toBe(isSigned)
    },
  )

  it('openshift-routes: the host of a Route', async ({ expect }) => {
    const chain = await signed(here.edge.plane, {
      name: 'shop-route-1',
      namespace: 'shop',
      issuer: { kind: 'ClusterIssuer', name: 'private-ca' },
      csrPem: await csr('/', 'DNS:shop.acme.internal'),
      spec: { duration: '720h', usages: ['digital signature', 'key encipherment', 'server auth'] },
    })
    expect(await verifies('acme-ca', chain)).toContain('OK')
  })
})
