import { delimiter } from 'node:path'
import { it } from 'vitest'
import { defaultKubeconfig, namedKubeconfigs } from '../../../relay/src/kubeconfig/find-files.ts'

it.for([
  ['the flag, relative to the working directory', 'a/b', ['/c'], '/cwd/a/b'],
  ['the flag, absolute', '/a', [], '/a'],
  ['the variable, one file', '', ['/c'], ['/c']],
  [
    'the variable: relative, empty and repeated entries',
    '',
    ['d', '', '/c', 'd', ''],
    ['/cwd/d', '/c'],
  ],
  ['a variable of empty entries', '', ['', ''], []],
  ['neither', '', [], undefined],
] as const)('%s', ([, flag, paths, wanted], { expect }) => {
  const variable = paths.join(delimiter)
  expect(namedKubeconfigs({ flag, variable, cwd: '/cwd' })).toEqual(wanted)
})

it('the default is in the home directory', ({ expect }) => {
  expect(defaultKubeconfig('/home/jane')).toBe('/home/jane/.kube/config')
})
