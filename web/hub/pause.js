/**
 * Waits.
 * @param {number} milliseconds
 * @param {...AbortSignal} signals Each of them ends it early.
 * @returns {Promise<void>}
 */
export function pause(milliseconds, ...signals) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    for (const signal of signals) signal.addEventListener('abort', done)
    if (signals.some(({ aborted }) => aborted)) done()
  })
}
