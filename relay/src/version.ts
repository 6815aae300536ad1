/** Version of this program (semver.org). */
export const VERSION = '0.1.0'
