import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LocalError } from './local-error.ts'
import { isRecord, type TemplateResource } from './template.ts'

/** Object key in the asset bucket (`<hash>.zip`) -> folder or file on this machine. */
export type AssetFolders = ReadonlyMap<string, string>

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string }
        readonly destinations?: Readonly<Record<string, { readonly objectKey: string }>>
      }
    >
  >
}

/** What the asset manifests of an assembly folder would upload, by the key it would have in the bucket. */
export function readAssets(folder: string, manifests: readonly string[]): AssetFolders {
  const found = new Map<string, string>()
  for (const manifest of manifests) {
    const { files } = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as AssetManifest
    for (const { source, destinations } of Object.values(files ?? {})) {
      if (source.path === undefined) continue
      for (const { objectKey } of Object.values(destinations ?? {})) found.set(objectKey, resolve(folder, source.path))
    }
  }
  return found
}

/**
 * The folder that a function's `Code` or a layer's `Content` was packed from.
 *
 * @throws LocalError `asset_missing` for inline code, images, and assets that the assembly does not hold.
 */
export function assetFolder(
  assets: AssetFolders,
  resource: TemplateResource,
  where: { readonly property: 'Code' | 'Content'; readonly label: string },
): string {
  const source = resource.Properties?.[where.property]
  const key = isRecord(source) ? source['S3Key'] : undefined
  const folder = typeof key === 'string' ? assets.get(key) : undefined
  if (folder !== undefined) return folder
  throw new LocalError('asset_missing', `${where.label}: its ${where.property} is no folder of the assembly.`)
}
