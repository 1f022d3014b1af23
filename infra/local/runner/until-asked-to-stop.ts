const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A signal that arrives twice so soon was sent once: at Ctrl-C the terminal sends it, and npm hands it on. */
const sameRequestMs = 500

/**
 * Resolves when this process is asked to end: Ctrl-C, `kill`, or the death of its parent (npm leaves its children behind when
 * it is killed). A second request, half a second later or more, ends it at once.
 */
export function untilAskedToStop(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(watch)
      const asked = performance.now()
      const again = () => {
        if (performance.now() - asked >= sameRequestMs) process.exit(130)
      }
      for (const signal of signals) {
        process.off(signal, stop)
        process.on(signal, again)
      }
      resolve()
    }
    const watch = setInterval(() => {
      if (process.ppid !== parent) stop()
    }, 500)
    for (const signal of signals) process.once(signal, stop)
  })
}
