/**
 * Whether a project has exact versions, and whether these are installed.
 *
 * @module
 */
import { VERSION } from '../version.ts'
import { error, type Findings, joinFindings, NOTHING, warning } from './findings.ts'
import { installedPackage, type Project } from './open-project.ts'
import { MINIFLARE_VERSION, WRANGLER_VERSION } from './pins.ts'

/** A version without a range. */
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/

/** Checks the versions of edge-issuer, wrangler and miniflare. */
export function checkVersions(project: Project): Findings {
  const wrangler = checkWrangler(project)
  return project.isCheckout ? wrangler : joinFindings([checkEdgeIssuer(project), wrangler])
}

/** The library is deployed, and the command checks it: both must be of one release. */
function checkEdgeIssuer(project: Project): Findings {
  const wanted = pinned(project, 'edge-issuer')
  const installed = installedPackage(project, 'edge-issuer')?.version
  const fix = `run "npm install --save-exact edge-issuer@${VERSION}"`
  if (wanted === undefined) {
    return error(`package.json: edge-issuer is not a dependency; ${fix}`)
  }
  // A file or a URL names one version too, and what is installed is compared below.
  const isExact = EXACT.test(wanted) || /^(?:file|https?):/.test(wanted)
  const range = isExact
    ? NOTHING
    : error(
        `package.json: the version "${wanted}" of edge-issuer is not exact, so that a deployment may contain another one; ${fix}`,
      )
  if (installed === undefined) {
    return joinFindings([range, error(notInstalled('edge-issuer', project))])
  }
  const same =
    installed === VERSION
      ? NOTHING
      : error(
          `node_modules: edge-issuer ${installed} is installed, and this command is edge-issuer ${VERSION}; run the command of the project with "npx edge-issuer", or ${fix}`,
        )
  const stale =
    EXACT.test(wanted) && wanted !== installed
      ? error(
          `node_modules: edge-issuer ${installed} is installed instead of ${wanted} of package.json; run "npm install"`,
        )
      : NOTHING
  return joinFindings([range, same, stale])
}

/** wrangler and miniflare bring workerd; two of them would run the worker differently. */
function checkWrangler(project: Project): Findings {
  const wanted = pinned(project, 'wrangler')
  if (wanted === undefined || !EXACT.test(wanted)) {
    return error(
      `package.json: wrangler is not pinned to an exact version (${wanted ?? 'none'}); run "npm install --save-dev --save-exact wrangler@${WRANGLER_VERSION}"`,
    )
  }
  const installed = installedPackage(project, 'wrangler')
  if (installed === undefined) return error(notInstalled('wrangler', project))
  const stale =
    installed.version === wanted
      ? NOTHING
      : error(
          `node_modules: wrangler ${installed.version ?? 'of no version'} is installed instead of ${wanted} of package.json; run "npm install"`,
        )
  const untested =
    wanted === WRANGLER_VERSION
      ? NOTHING
      : warning(
          `package.json: this release of edge-issuer is tested with wrangler ${WRANGLER_VERSION}, not ${wanted}`,
        )
  const miniflare = pinned(project, 'miniflare')
  const brought = installed.dependencies['miniflare'] ?? MINIFLARE_VERSION
  const differs =
    miniflare === undefined || miniflare === brought
      ? NOTHING
      : error(
          `package.json: miniflare is ${miniflare}, and wrangler ${wanted} brings ${brought}; run "npm install --save-dev --save-exact miniflare@${brought}"`,
        )
  return joinFindings([stale, untested, differs])
}

const pinned = ({ packageFile }: Project, name: string): string | undefined =>
  packageFile.dependencies[name] ?? packageFile.devDependencies[name]

export const notInstalled = (name: string, project: Project): string =>
  `node_modules: ${name} is not installed; run "npm install" in "${project.name}"`
