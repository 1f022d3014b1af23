import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface DeclareTerms {
  /** Folder of the repository. */
  readonly root: string
  /** Folder below it that holds everything declared; the output has the same tree. */
  readonly rootDir: string
  readonly target: string
  /** The files that are imported from outside. What they import is declared, too. */
  readonly files: readonly string[]
}

/**
 * Emits declarations of these files and of all they name, with paths that resolve inside `target`.
 * @throws when they do not compile; the message says where.
 */
export async function declare({ root, rootDir, target, files }: DeclareTerms): Promise<void> {
  const core = join(root, 'layers/core/src')
  // Inside the repository, where the compiler finds its packages; of its own, because builds may run side by side.
  mkdirSync(join(root, 'dist'), { recursive: true })
  const scratch = mkdtempSync(join(root, 'dist/.types-'))
  const config = {
    extends: relative(scratch, join(root, 'tsconfig.json')),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      // The types of the CDK do not say `| undefined`.
      exactOptionalPropertyTypes: false,
      rootDir: join(root, rootDir),
      outDir: target,
      lib: ['es2024', 'esnext.iterator', 'dom'],
      // Through the package name the domain counts as a foreign library, of which nothing is emitted.
      paths: { '@rolecast/core/*': [join(core, '*.ts')] },
    },
    files,
    include: [],
  }
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config))
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', scratch])
  } catch (cause) {
    const { stdout } = cause as { readonly stdout?: string }
    throw new Error(`Declarations cannot be made:\n${stdout ?? ''}`, { cause })
  } finally {
    rmSync(scratch, { recursive: true })
  }
  const declaredCore = join(target, relative(join(root, rootDir), core))
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) localize(join(target, file), declaredCore)
  }
}

/** `@rolecast/core/domain/x` and `./x.ts` become relative paths that end in `.js`. */
function localize(file: string, core: string): void {
  const code = readFileSync(file, 'utf8').replaceAll(
    /((?:from|import)\s*\(?\s*)(['"])([^'"]+)\2/g,
    (whole, before: string, quote: string, specifier: string) => {
      const inCore = /^@rolecast\/core\/(.+)$/.exec(specifier)?.[1]
      if (inCore !== undefined) {
        const path = relative(dirname(file), join(core, inCore))
        return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}.js${quote}`
      }
      return specifier.startsWith('.') ? `${before}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}` : whole
    },
  )
  writeFileSync(file, code)
}
