/** Version of relay, command and worker (semver.org). */
export const VERSION = '0.1.0'
