import { HubError } from './error.js'

/** How long the hub may wait with the answer to a long poll, in seconds. */
const WAIT = 25

/** The pause between two polls if nobody says otherwise, in milliseconds. */
const PAUSE = 5000

/**
 * Polling: one request after the other, with pauses.
 * @param {import('./connecting.js').Connection} connection
 */
export async function poll(connection) {
  takeTokens(connection)
  while (!connection.isOver) {
    const pollAfter = await getBatch(connection, 'poll')
    connection.open()
    // 0 is for what did not fit into the batch; otherwise the page knows better than the hub how soon it wants to know.
    const pause = pollAfter === 0 ? 0 : (connection.settings.pollInterval ?? pollAfter)
    // A quarter of it is random, so that clients which began together do not stay together.
    if (pause > 0) await connection.sleep(pause * (0.875 + Math.random() / 4))
  }
}

/**
 * Long polling: the next request asks for what comes after the last answer, so that an answer which is lost is simply read
 * again.
 *
 * It begins with an ordinary poll, which is answered at once: the client knows that the hub is there, and has a place from
 * which to go on.
 * @param {import('./connecting.js').Connection} connection
 */
export async function longPoll(connection) {
  takeTokens(connection)
  await getBatch(connection, 'poll')
  connection.open()
  while (!connection.isOver) await getBatch(connection, 'long-poll', WAIT)
}

/** Another token is shown from the next request on. @param {import('./connecting.js').Connection} connection */
function takeTokens(connection) {
  connection.onToken = () => {}
}

/**
 * Gets a batch and hands it over.
 * @param {import('./connecting.js').Connection} connection
 * @param {string} path
 * @param {number} [timeout] In seconds.
 * @returns {Promise<number>} How soon the hub wants to be asked again, in milliseconds.
 */
export async function getBatch(connection, path, timeout) {
  connection.expect(connection.settings.connectTimeout + (timeout ?? 0) * 1000, () => new HubError('no answer came in time'))
  // A long poll has nothing to keep, and a browser's cache may let a request wait for the answer to the same one of another tab, which
  // a dead connection may never bring.
  const cache = timeout === undefined && !connection.isHastened ? undefined : /** @type {const} */ ('no-store')
  const answer = await connection.ask(path, { timeout }, { type: 'application/json', cache })
  const { events, resets = [], cursor } = await answer.json()
  connection.relax()
  connection.hear()
  // A reset is as old as the cursor that was asked for. The place is safe only once all of the batch is handed over.
  for (const reset of resets) connection.takeReset(reset)
  for (const event of events) connection.takeJSON(event)
  connection.place(cursor)
  return pollAfter(answer)
}

/** @param {Response} answer */
function pollAfter(answer) {
  const field = answer.headers.get('Hub-Poll-After') ?? ''
  return /^[0-9]+$/.test(field) ? Number(field) * 1000 : PAUSE
}
