import { HubError } from './error.js'

/**
 * Finds out why a stream did not open whose refusal a browser does not tell: the hub is asked for the same by a poll. If it grants that, then
 * what can't be is such a stream.
 * @param {import('./connecting.js').Connection} connection
 * @param {string} stream What was refused, for people.
 * @returns {Promise<HubError>}
 */
export async function refusal(connection, stream) {
  connection.expect(connection.settings.connectTimeout, () => new HubError('no answer came in time'))
  try {
    const answer = await connection.ask('poll', {}, { type: 'application/json', cache: 'no-store' })
    answer.body?.cancel().catch(() => {})
    return new HubError(`the ${stream} was refused, by the hub or on the way`, { kind: 'unsuited' })
  } catch (error) {
    return HubError.from(error)
  }
}
