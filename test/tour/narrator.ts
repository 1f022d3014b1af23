/** Tells the story on standard output: chapters, what is done, and whether what came is what should have come. */
export class Narrator {
  readonly #differences: string[] = []
  readonly #write: (line: string) => void
  #steps = 0

  constructor(write: (line: string) => void = console.log) {
    this.#write = write
  }

  chapter(title: string): void {
    this.#write(`\n${title}`)
  }

  say(text: string): void {
    this.#write(`    ${text}`)
  }

  /** A step that must come out as `expected`; the difference is told, remembered, and the story goes on. */
  expect(what: string, expected: string | number | boolean, actual: unknown): void {
    this.#steps++
    const same = actual === expected
    this.#write(`  ${same ? '✓' : '✗'} ${what}: ${String(actual)}${same ? '' : `, but should be ${String(expected)}`}`)
    if (!same) this.#differences.push(what)
  }

  /** A step that must come to `expected` by itself and in time; how long it took is told. */
  expectWithin(
    what: string,
    expected: string | number,
    came: { readonly value: unknown; readonly tookMs: number },
    limitMs: number,
  ) {
    const took = `${(came.tookMs / 1000).toFixed(1)} s`
    this.expect(what, expected, came.value)
    this.expect(`  it took ${took}; within ${limitMs / 1000} s`, true, came.tookMs <= limitMs)
  }

  /** Exit status: 0 when every step came out as told. */
  close(): number {
    const { length } = this.#differences
    this.#write(
      length === 0
        ? `\nAll ${this.#steps} steps came out as told.`
        : `\n${length} of ${this.#steps} steps differ:\n${this.#differences.map((what) => `  - ${what}`).join('\n')}`,
    )
    return length === 0 ? 0 : 1
  }
}
