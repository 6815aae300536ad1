import type { BaseImages } from '../release/base-images.ts'

/** @returns Arguments of `docker` that build `deploy/Dockerfile`, and keep the image as `tag`. */
export const imageBuild = ({ build, runtime }: BaseImages, tag: string): readonly string[] => [
  'buildx',
  'build',
  '--file=deploy/Dockerfile',
  '--target=relay',
  `--build-arg=BUILD_IMAGE=${build}`,
  `--build-arg=RUNTIME_IMAGE=${runtime}`,
  '--build-arg=VERSION=kind',
  '--load',
  `--tag=${tag}`,
  '.',
]
