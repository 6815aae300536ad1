import { access } from 'node:fs/promises'

/** Whether there is a file or folder at the path, as far as this process may see. */
export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
