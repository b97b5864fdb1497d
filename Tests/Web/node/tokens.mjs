// Tokens, as the server of a page makes them for a hub.
import { createHmac } from 'node:crypto'

const SECRET = '0123456789abcdef0123456789abcdef'

/** The options of a hub that takes these tokens, and none that have ended. */
export const TOKEN_OPTIONS = ['--jwt-key', `HS256:${SECRET}`, '--jwt-leeway', '0s', '--public', 'public/*']

/** A token that is good for some seconds, and different from any other. */
export function token(seconds = 3600, { sub = 'ada', secret = SECRET, ...grants } = {}) {
  const hub = { subscribe: ['private/*'], publish: ['private/*'], ...grants }
  const now = Date.now() / 1000
  const claims = { sub, iat: now, exp: now + seconds, jti: `${(count += 1)}`, hub }
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => encode(JSON.stringify(part))).join('.')
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

let count = 0

const encode = (text) => Buffer.from(text).toString('base64url')

/** A source of tokens for a client, which keeps those it has given. */
export function source(give = () => token()) {
  const given = []
  const ask = async () => {
    ask.count += 1
    const answer = await give(ask.count)
    given.push(answer)
    return answer
  }
  return Object.assign(ask, { given, count: 0 })
}
