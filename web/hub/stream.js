import { HubError } from './error.js'
import { EventStreamParser } from './parser.js'

/** Bytes that come this long after the first ones, in milliseconds, show that nothing on the way holds the stream back. */
const BEGINNING = 1000

/**
 * Server-Sent Events, read with fetch: the browser's EventSource shows neither the heartbeats, by which a silent stream is
 * told from a dead one, nor the status of a refusal, and gives up for good at most of them.
 * @param {import('./connecting.js').Connection} connection
 */
export async function sse(connection) {
  connection.expect(connection.settings.connectTimeout, tooSlow)
  const query = { prime: true, format: connection.isJSON ? 'json' : undefined }
  // Firefox's cache would hold a second stream of the same address back until the first one ends, whatever the hub says.
  const answer = await connection.ask('sse', query, { type: 'text/event-stream', cache: 'no-store' })
  const parser = new EventStreamParser(connection.cursor)
  for await (const bytes of chunks(answer, connection.signal)) {
    connection.hear()
    connection.expect(connection.settings.heartbeatTimeout, () => silent(connection))
    connection.open()
    for (const block of parser.parse(bytes)) takeBlock(connection, block, parser)
    if (parser.retry !== undefined && connection.awayTime === undefined) connection.retry(parser.retry)
  }
}

/**
 * @param {import('./connecting.js').Connection} connection
 * @param {import('./parser.js').Block} block
 * @param {EventStreamParser} parser
 */
function takeBlock(connection, { type, data, id }, parser) {
  if (data === undefined) {
    connection.place(id)
  } else if (type === 'hub.close') {
    connection.takeClose(JSON.parse(data).reason, parser.retry)
  } else if (type === 'hub.reset') {
    connection.takeReset(JSON.parse(data), id)
  } else if (connection.isJSON) {
    connection.takeJSON({ ...JSON.parse(data), id, retry: undefined })
  } else {
    connection.take({ type, data, topic: connection.settings.topics[0], id })
  }
}

/** @param {Response} answer @param {AbortSignal} signal */
async function* chunks(answer, signal) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader()
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}))
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value
}

/** The hub sends the head and a first comment at once, so that nothing on the way has a reason to wait. */
function tooSlow() {
  return new HubError('the stream did not begin in time: a proxy may hold it back, or other tabs use all connections', { kind: 'unsuited' })
}

/** @param {import('./connecting.js').Connection} connection */
function silent(connection) {
  const age = Date.now() - (connection.openedAt ?? 0) - connection.settings.heartbeatTimeout
  // A stream that was alive has lost its connection; one that never was more than its beginning is held back.
  return age > BEGINNING
    ? new HubError('the stream has fallen silent')
    : new HubError('the stream fell silent after its beginning, so a proxy may hold it back', { kind: 'unsuited' })
}
