/** The oldest supported version of Node.js, that of undici: `engines` of the npm package. */
export const OLDEST_NODE = '22.19.0'

/**
 * @param version - Version of the running Node.js.
 * @returns An error message for a version below {@link OLDEST_NODE}.
 */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  const isSupported = major === oldestMajor ? minor >= oldestMinor : major > oldestMajor
  return isSupported
    ? undefined
    : `edge-issuer: Node.js ${version} is too old; install Node.js ${OLDEST_NODE} or newer (https://nodejs.org)`
}
