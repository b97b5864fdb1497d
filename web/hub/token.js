/** How long before its end a token is renewed at least and at most, in milliseconds. */
const [LATEST, EARLIEST] = [1250, 30_000]

/** Whether a text can be sent as a token, or as a key, in a header field. @param {unknown} text @returns {text is string} */
export function isSendable(text) {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)
}

/**
 * What a token says (RFC 7519, 3), which nobody has verified: that is for the hub.
 * @param {string} [token]
 * @returns {Record<string, unknown> | undefined} `undefined` for what can't be read, such as a publish key.
 */
export function readClaims(token = '') {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const claims = JSON.parse(atob(parts[1].replaceAll('-', '+').replaceAll('_', '/')))
    return claims !== null && typeof claims === 'object' ? claims : undefined
  } catch {
    return undefined
  }
}

/** Whether a token may stand in an address, which is kept in logs. A key may not: it is good for ever. @param {string} [token] */
export function fitsAddress(token) {
  return token === undefined || readClaims(token) !== undefined
}

/**
 * For how long a token is still good.
 * @param {string} [token]
 * @returns {number | undefined} In milliseconds, not above 0 if it has ended; `undefined` if its end isn't known.
 */
export function timeLeft(token) {
  const end = readClaims(token)?.exp
  return typeof end === 'number' ? end * 1000 - Date.now() : undefined
}

/**
 * How long to wait before a token is renewed: most of what is left to it, and a random part of the rest, so that clients which were
 * given theirs together do not ask together.
 * @param {string} [token]
 * @param {() => number} [random]
 * @returns {number | undefined} In milliseconds; `undefined` if it has no known end, or is too near to it.
 */
export function renewalDelay(token, random = Math.random) {
  const left = timeLeft(token)
  if (left === undefined || left <= LATEST) return undefined
  const margin = Math.min(EARLIEST, Math.max(LATEST, left / 5))
  return left - margin * (1 - random() / 5)
}
