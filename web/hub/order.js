/** What ids look like whose order can be told: two numbers of one width, of which the first one names a history. */
const ID = /^([0-9a-f]{16})-[0-9a-f]{16}$/

/** The history that a place belongs to; `undefined` for what is no such place. @param {string} [place] */
function historyOf(place = '') {
  return ID.exec(place)?.[1]
}

/**
 * Whether a place is known to be at or before another one, in one history. Ids rise as plain text; what a later release may write
 * instead of them is before nothing, and so is asked about.
 * @param {string | undefined} place
 * @param {string | undefined} other
 */
export function isReached(place, other) {
  const history = historyOf(place)
  return history !== undefined && history === historyOf(other) && /** @type {string} */ (place) <= /** @type {string} */ (other)
}

/** Whether the order of a place can be told. @param {string} [place] */
export function isOrdered(place) {
  return historyOf(place) !== undefined
}
