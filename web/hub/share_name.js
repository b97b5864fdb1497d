import { readClaims } from './token.js'

/** Which version of what tabs tell each other. */
const PREFIX = 'hub 1 '

/** What a token says that is not about the right itself. */
const PASSING = ['iat', 'exp', 'nbf', 'jti']

/**
 * The name of what tabs share, by which version of what they tell each other: what they have in common if they listen to the same, in the same way, with the same rights. No secret is in it.
 * @param {import('./settings.js').Settings} settings
 * @param {import('./access.js').Access} access
 */
export async function nameOf(settings, access) {
  const { bases, topics, transports, credentials, connectTimeout, heartbeatTimeout, pollInterval } = settings
  const way = [bases.map(({ href }) => href), transports, credentials, connectTimeout, heartbeatTimeout, pollInterval]
  return PREFIX + JSON.stringify([...way, [...topics].sort(), await rightsOf(access)])
}

/** The addresses of the hub that a name is about; nothing if it is none of ours. @param {string} name @returns {string[] | undefined} */
export function sharesOf(name) {
  return name.startsWith(PREFIX) ? JSON.parse(name.slice(PREFIX.length))[0] : undefined
}

/**
 * The rights that a token gives, as far as they can be compared: a key can't be, nor what could not be had.
 * @param {import('./access.js').Access} access
 */
async function rightsOf(access) {
  const token = await access.ask().catch(() => '')
  if (token === undefined) return undefined
  const claims = readClaims(token)
  if (claims === undefined) return Math.random()
  return Object.entries(claims).filter(([name]) => !PASSING.includes(name)).sort()
}
