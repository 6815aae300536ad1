import type { ImageName } from '../images/images.ts'
import type { BaseImages } from '../release/base-images.ts'

/** @returns Name of an image in a kind cluster. */
export const kindImage = (name: ImageName): string => `edge-issuer/${name}:kind`

/** @returns Arguments of `docker` that build an image of `deploy/Dockerfile` for this machine. */
export const imageBuild = ({ build, runtime }: BaseImages, name: ImageName): readonly string[] => [
  'buildx',
  'build',
  '--file=deploy/Dockerfile',
  `--target=${name}`,
  // The others have the npm package, which `npm run package` builds.
  ...(name === 'relay' ? [] : ['--build-context=package=dist/npm']),
  `--build-arg=BUILD_IMAGE=${build}`,
  `--build-arg=RUNTIME_IMAGE=${runtime}`,
  '--build-arg=VERSION=kind',
  '--load',
  `--tag=${kindImage(name)}`,
  '.',
]
