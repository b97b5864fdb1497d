/** The least and the most patience with an answer that should come at once, in milliseconds. */
export const [SHORTEST, LONGEST] = [500, 2000]

/** How long what has come to the browser may take from there to the page at least, in milliseconds. */
export const GRACE = 150

/**
 * How long to wait for the answer after one that did not come in time: the browser may have asked over another dead connection, or the
 * way may be just slow.
 * @param {number} patience With the answer before, in milliseconds.
 * @param {number} most How long an answer may take in any case, in milliseconds.
 * @returns {number | undefined} In milliseconds; `undefined` once that is not much less than `most`.
 */
export function longer(patience, most) {
  return patience * 2 < most / 2 ? patience * 2 : undefined
}
