import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import type { NodeBinaries } from './binaries.ts'
import type { NodeCredentials } from './credentials.ts'

/** Dependencies of a part of Kubernetes in a node. */
export interface NodePartOptions {
  /** A folder for its configuration. */
  readonly state: string
  readonly binaries: NodeBinaries
  readonly credentials: NodeCredentials
  readonly plane: ControlPlane
  /** The node's IPv4 address. */
  readonly address: string
}
