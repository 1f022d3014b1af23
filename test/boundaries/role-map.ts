import { goesBy, testsIn } from './test-titles.ts'

/** Parts of the product that come later; a row may say `not yet: <part>` instead of naming a test. */
const laterParts = ['Admin API and console', 'Role changes bite: events'] as const

/** What the map must speak of: the general requirements, and the pages the systems are described on. */
const requirements = Array.from({ length: 29 }, (_, index) => `R${index + 1}`)
const pages = [
  'the Customer v2 guide',
  'the App Xchange page',
  'the Infobip page',
  'the walkthrough',
  'the Interact page',
] as const

interface Row {
  readonly heading: string
  readonly first: string
  readonly text: string
}

/**
 * What is wrong with the map of role systems, one sentence each; none when it holds. A row's tests are named by a link to
 * their file (relative to `docs/`) and their titles in typographic quotes; `read` gives the text of a file of the
 * repository, `undefined` where there is none.
 */
export function problemsOfRoleMap(map: string, read: (path: string) => string | undefined): readonly string[] {
  const rows = rowsOf(map)
  const of = (heading: string) => rows.filter((row) => row.heading === heading)
  const numbers = of('R1 to R29').map(({ first }) => first)
  return [
    ...requirements.filter((key) => !numbers.includes(key)).map((key) => `${key} is missing`),
    ...numbers.filter((key, index) => numbers.indexOf(key) !== index).map((key) => `${key} is there twice`),
    ...pages.flatMap((page) => (of(capitalized(page)).length === 0 ? [`${page} has no table`] : [])),
    ...['R1 to R29', ...pages.map(capitalized)].flatMap(of).flatMap(needsTest),
    ...rows.flatMap((row) => problemsOfTests(row, read)),
  ]
}

/** The rows of every table, without those of its head, under the heading they stand under. */
function rowsOf(map: string): readonly Row[] {
  const rows: Row[] = []
  let heading = ''
  let body = false
  for (const line of map.split('\n')) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading
    if (!line.startsWith('|')) body = false
    else if (/^\|[ :|-]+\|$/.test(line)) body = true
    else if (body) rows.push({ heading, first: line.split('|')[1]?.trim() ?? '', text: line })
  }
  return rows
}

function needsTest({ first, text }: Row): readonly string[] {
  const later = [...text.matchAll(/not yet: ([^;.|]+)/g)].map(([, part = '']) => part.trim())
  const unknown = later.filter((part) => !laterParts.some((known) => part === known))
  return [
    ...unknown.map((part) => `${first}: there is no later part "${part}"`),
    ...(later.length === 0 && !text.includes('“') ? [`${first}: neither a test nor "not yet"`] : []),
  ]
}

function problemsOfTests({ first, text }: Row, read: (path: string) => string | undefined): readonly string[] {
  const problems: string[] = []
  let file: { readonly path: string; readonly source: string } | undefined
  for (const [, path, title] of text.matchAll(/\]\(\.\.\/([^)]+)\)|“([^”]*)”/g)) {
    if (path !== undefined) {
      const source = read(path)
      file = source === undefined ? undefined : { path, source }
      if (file === undefined) problems.push(`${first}: ${path} does not exist`)
    } else if (title !== undefined && file === undefined) {
      problems.push(`${first}: no file for “${title}”`)
    } else if (title !== undefined && file !== undefined) {
      const { source } = file
      const named = testsIn(source).filter((test) => goesBy(test, title, source))
      if (named.length === 0) problems.push(`${first}: ${file.path} has no test “${title}”`)
      else if (named.every(({ off }) => off)) problems.push(`${first}: “${title}” of ${file.path} does not run`)
    }
  }
  return problems
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
