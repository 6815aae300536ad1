import type { TestContext } from 'vitest'
import {
  answerJson,
  answerStatus,
  type FakeApiServer,
  startFakeApiServer,
} from '../../relay/kube/fake-api-server.ts'

/** The token issuer of the cluster. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** An API server that publishes its token keys. */
export async function aCluster(
  jwks: object | number,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<FakeApiServer> {
  const server = await startFakeApiServer(({ path }, response) => {
    if (path === '/.well-known/openid-configuration') {
      answerJson(response, { issuer: ISSUER, jwks_uri: 'https://10.0.0.1/openid/v1/jwks' })
    } else if (typeof jwks === 'number') answerStatus(response, jwks, 'no')
    else answerJson(response, jwks)
  })
  onTestFinished(async () => server.close())
  return server
}
