/** A signal that arrives twice so soon was sent once: at Ctrl-C the terminal sends it, and npm hands it on. */
const sameRequestMs = 500

/**
 * Resolves when this process is asked to end: Ctrl-C, `kill`, or the death of its parent (npm leaves its children behind when
 * it is killed). A second request, half a second later or more, ends it at once.
 */
export function untilAskedToStop(): Promise<void> {
  const parent = process.ppid
  let asked: number | undefined
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(watch)
      if (asked !== undefined && performance.now() - asked >= sameRequestMs) process.exit(130)
      asked ??= performance.now()
      resolve()
    }
    const watch = setInterval(() => {
      if (process.ppid !== parent) stop()
    }, 500)
    // Never taken off: without a listener, even for a moment, a signal would end the process where it stands.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
}
