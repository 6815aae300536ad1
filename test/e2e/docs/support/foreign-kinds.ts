/**
 * What the documentation of other projects says of their kinds and of the values of their charts, as far as the
 * documents here use them.
 *
 * @module
 */
import { z } from 'zod'

const annotations = z.record(z.string(), z.string())

/** Gateway API's reference, gateway.networking.k8s.io/v1. */
export const gatewaySchema = z.strictObject({
  apiVersion: z.literal('gateway.networking.k8s.io/v1'),
  kind: z.literal('Gateway'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string(), annotations }),
  spec: z.strictObject({
    gatewayClassName: z.string(),
    listeners: z.array(
      z.strictObject({
        name: z.string(),
        hostname: z.string(),
        port: z.int(),
        protocol: z.literal('HTTPS'),
        tls: z.strictObject({
          mode: z.literal('Terminate'),
          certificateRefs: z.array(z.strictObject({ name: z.string() })),
        }),
      }),
    ),
  }),
})

/** OpenShift's reference, route.openshift.io/v1. */
const routeSchema = z.strictObject({
  apiVersion: z.literal('route.openshift.io/v1'),
  kind: z.literal('Route'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string(), annotations }),
  spec: z.strictObject({
    host: z.string(),
    port: z.strictObject({ targetPort: z.int() }),
    to: z.strictObject({ kind: z.literal('Service'), name: z.string() }),
  }),
})

/** Helm values of cert-manager's istio-csr. */
const istioCsrValues = z.strictObject({
  app: z.strictObject({
    certmanager: z.strictObject({
      namespace: z.string(),
      preserveCertificateRequests: z.boolean(),
      issuer: z.strictObject({ group: z.string(), kind: z.string(), name: z.string() }),
    }),
    tls: z.strictObject({ trustDomain: z.string(), rootCAFile: z.string() }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
  volumes: z.array(
    z.strictObject({ name: z.string(), secret: z.strictObject({ secretName: z.string() }) }),
  ),
})

/** Helm values of Linkerd's control plane. */
const linkerdValues = z.strictObject({
  identity: z.strictObject({
    externalCA: z.literal(true),
    issuer: z.strictObject({ scheme: z.literal('kubernetes.io/tls') }),
  }),
})

/** Values by chart. */
export const CHART_VALUES: Readonly<Record<string, z.ZodType>> = {
  'istio-csr': istioCsrValues,
  'linkerd-control-plane': linkerdValues,
}

/** Kinds that the API server of the tests does not have. */
export const FOREIGN_KINDS: Readonly<Record<string, z.ZodType>> = {
  Gateway: gatewaySchema,
  Route: routeSchema,
}
