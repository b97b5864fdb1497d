import { HubError } from './error.js'
import { EventStreamParser } from './parser.js'

/** Bytes that come this long after the first ones, in milliseconds, show that nothing on the way holds the stream back. */
const BEGINNING = 1000

/**
 * Server-Sent Events, read with fetch: the browser's EventSource shows neither the heartbeats, by which a silent stream is
 * told from a dead one, nor the status of a refusal, and gives up for good at most of them.
 * @param {import('./link.js').Link} link
 */
export async function sse(link) {
  link.expect(link.settings.connectTimeout, tooSlow)
  const url = link.url('sse', { prime: true, format: link.isJSON ? 'json' : undefined })
  const answer = await link.get(url, 'text/event-stream')
  const parser = new EventStreamParser(link.cursor)
  for await (const bytes of chunks(answer, link.signal)) {
    link.expect(link.settings.heartbeatTimeout, () => silent(link))
    link.open()
    for (const block of parser.parse(bytes)) takeBlock(link, block, parser)
    if (parser.retry !== undefined && link.awayTime === undefined) link.retry(parser.retry)
  }
}

/**
 * @param {import('./link.js').Link} link
 * @param {import('./parser.js').Block} block
 * @param {EventStreamParser} parser
 */
function takeBlock(link, { type, data, id }, parser) {
  if (data === undefined) {
    link.place(id)
  } else if (type === 'hub.close') {
    link.takeClose(JSON.parse(data).reason, parser.retry)
  } else if (type === 'hub.reset') {
    link.takeReset(JSON.parse(data), id)
  } else if (link.isJSON) {
    link.takeJSON({ ...JSON.parse(data), id, retry: undefined })
  } else {
    link.take({ type, data, topic: link.settings.topics[0], id })
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
  return new HubError('the stream did not begin in time, so a proxy may hold it back', { kind: 'unsuited' })
}

/** @param {import('./link.js').Link} link */
function silent(link) {
  const age = Date.now() - (link.openedAt ?? 0) - link.settings.heartbeatTimeout
  // A stream that was alive has lost its connection; one that never was more than its beginning is held back.
  return age > BEGINNING
    ? new HubError('the stream has fallen silent')
    : new HubError('the stream fell silent after its beginning, so a proxy may hold it back', { kind: 'unsuited' })
}
