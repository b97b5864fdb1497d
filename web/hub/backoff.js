/** The longest pause that the client makes of its own accord, in milliseconds. */
const LONGEST = 30_000
const SHORTEST = 500
/** The longest that it lets itself be told to wait. */
const LONGEST_TOLD = 3_600_000

/**
 * How long to wait before the next try. What the hub asked for is always kept; on top of it comes a random while out of a
 * range that doubles with every failure (full jitter), so that a fleet of clients does not come back in step. Only that while may be
 * cut short, when the page or the browser says that now is the time.
 * @param {number} failures How many tries have failed in a row; 0 when a connection that worked has ended.
 * @param {number} [told] What the hub asked for, in milliseconds.
 * @param {() => number} [random]
 * @returns {number} Milliseconds.
 */
export function backoff(failures, told = 0, random = Math.random) {
  const range = Math.min(LONGEST, SHORTEST * 2 ** Math.min(failures, 16))
  return bounded(told) + random() * range
}

/** What the hub asked for, within reason. @param {number} [told] In milliseconds. */
export function bounded(told = 0) {
  return Math.min(told, LONGEST_TOLD)
}
