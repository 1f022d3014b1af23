/** One unit of a pattern over characters: a literal, any character but `/`, or any character; once or any number of times. */
interface Unit {
  readonly matches: string | 'segment' | 'any'
  readonly repeats: boolean
}

const anySegment = { matches: 'segment', repeats: false } as const
const moreOfSegment = { matches: 'segment', repeats: true } as const
const anything = { matches: 'any', repeats: true } as const

/** A policy resource: `*` stands for any characters, `/` included, or none. */
export function globUnits(glob: string): readonly Unit[] {
  return [...glob].map((character) => (character === '*' ? anything : { matches: character, repeats: false }))
}

/** A path with parameters as a gateway matches it: one segment each, not empty; a greedy one takes the rest. */
export function pathUnits(path: string): readonly Unit[] {
  return path.split(/(\{[^}]+\})/).flatMap((part): readonly Unit[] => {
    if (!part.startsWith('{')) return globUnits(part)
    return part.endsWith('+}') ? [anySegment, anything] : [anySegment, moreOfSegment]
  })
}

/** Whether some text matches both patterns. */
export function intersect(left: readonly Unit[], right: readonly Unit[]): boolean {
  const failed = new Set<number>()
  const from = (i: number, j: number): boolean => {
    const a = left[i]
    const b = right[j]
    if (a === undefined && b === undefined) return true
    const place = i * (right.length + 1) + j
    if (failed.has(place)) return false
    const both = a !== undefined && b !== undefined && meet(a.matches, b.matches)
    const found =
      (a?.repeats === true && from(i + 1, j)) ||
      (b?.repeats === true && from(i, j + 1)) ||
      (both && (!a.repeats || !b.repeats) && from(a.repeats ? i : i + 1, b.repeats ? j : j + 1))
    if (!found) failed.add(place)
    return found
  }
  return from(0, 0)
}

function meet(left: Unit['matches'], right: Unit['matches']): boolean {
  if (left === 'any' || right === 'any' || left === right) return true
  if (left === 'segment') return right !== '/'
  return right === 'segment' && left !== '/'
}

/** Whether a text matches a policy resource. Takes time in proportion to both, whatever the text. */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0
  let star = -1
  let resume = 0
  let place = 0
  while (place < text.length) {
    if (glob[at] === '*') {
      star = at++
      resume = place
    } else if (at < glob.length && glob[at] === text[place]) {
      at++
      place++
    } else if (star >= 0) {
      at = star + 1
      place = ++resume
    } else return false
  }
  while (glob[at] === '*') at++
  return at === glob.length
}
