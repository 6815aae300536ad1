/**
 * Error responses: of the API server as a Status, of a gateway before the worker in any form.
 *
 * @module
 */

/** An error response. */
export interface Refusal {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Words a status. */
export type RefusalStyle = (status: number, retryAfterSeconds?: number) => Refusal

/** A `v1.Status`, as the API server writes it. */
export const kubernetesRefusal: RefusalStyle = (status, retryAfterSeconds) => ({
  headers: { 'content-type': 'application/json', ...retryAfter(retryAfterSeconds) },
  body: `${JSON.stringify(statusObject(status, retryAfterSeconds))}\n`,
})

/** An HTML page of a gateway, without the protocol's fields. */
export const gatewayRefusal: RefusalStyle = (status, retryAfterSeconds) => ({
  headers: { 'content-type': 'text/html', ...retryAfter(retryAfterSeconds) },
  body: `<html><body><h1>${String(status)}</h1></body></html>\n`,
})

/** The `v1.Status` of a failure (k8s.io/apimachinery pkg/apis/meta/v1). */
export const statusObject = (status: number, retryAfterSeconds?: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `injected fault ${String(status)}`,
  reason: 'InjectedFault',
  ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  code: status,
})

const retryAfter = (seconds: number | undefined): Readonly<Record<string, string>> =>
  seconds === undefined ? {} : { 'retry-after': String(seconds) }
