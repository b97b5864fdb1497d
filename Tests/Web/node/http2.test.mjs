// A stream over HTTP/2, as Node's own client speaks it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import test from 'node:test'
import { EventStreamParser } from '../../../web/hub/parser.js'
import { TestHub, eventually } from './hub.mjs'

/** A connection for the time of a test. */
async function begin(t, url) {
  const session = connect(url, { rejectUnauthorized: false })
  t.after(() => session.destroy())
  await once(session, 'connect')
  return session
}

/** A stream of events on a connection that may have others. */
class Stream {
  events = []
  #parser = new EventStreamParser()

  constructor(session, topic, lastEventId) {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    this.request = session.request({ ':path': `/sse?topic=${topic}`, ...resume })
    this.response = once(this.request, 'response')
    this.request.on('data', (bytes) => this.events.push(...this.#parser.parse(bytes).filter(({ data }) => data !== undefined)))
  }

  /** The fields of the answer. */
  async opened() {
    const [fields] = await this.response
    assert.equal(fields[':status'], 200)
    assert.equal(fields['content-type'], 'text/event-stream')
    return fields
  }

  get data() {
    return this.events.map(({ data }) => data)
  }

  received(count) {
    return eventually(() => `${count} events, not ${this.data}`, () => this.events.length >= count)
  }
}

async function publish(session, topic, data) {
  const request = session.request({ ':method': 'POST', ':path': `/publish?topic=${topic}` })
  request.end(data)
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return JSON.parse(text).events[0].id
}

const WAYS = { 'prior knowledge': { scheme: 'http', options: [] }, TLS: { scheme: 'https', options: ['--tls-self-signed'] } }

for (const [name, { scheme, options }] of Object.entries(WAYS)) {
  test(`HTTP/2 by ${name}: streams share a connection, and resume on another`, async (t) => {
    const hub = await TestHub.start(t, ...options)
    const url = `${scheme}://127.0.0.1:${hub.port}`
    const first = await begin(t, url)
    if (scheme === 'https') assert.equal(first.alpnProtocol, 'h2')
    const streams = Array.from({ length: 20 }, (_, index) => new Stream(first, index % 2 ? 'news' : 'other'))
    for (const stream of streams) await stream.opened()
    const ids = []
    for (const data of ['1', '2\n2', '日本 🎉']) ids.push(await publish(first, 'news', data))
    const readers = streams.filter((_, index) => index % 2)
    for (const stream of readers) await stream.received(3)
    for (const stream of readers) {
      assert.deepEqual(stream.data, ['1', '2\n2', '日本 🎉'])
      assert.deepEqual(stream.events.map(({ id }) => id), ids)
    }
    // One that ends leaves the others alone.
    readers[0].request.close()
    await once(readers[0].request, 'close')
    await publish(first, 'news', '4')
    await readers[1].received(4)
    first.destroy()
    const second = await begin(t, url)
    await publish(second, 'news', '5')
    const resumed = new Stream(second, 'news', ids[1])
    const fields = await resumed.opened()
    assert.equal(fields['hub-replay'], 'complete')
    await resumed.received(3)
    await publish(second, 'news', '6')
    await resumed.received(4)
    assert.deepEqual(resumed.data, ['日本 🎉', '4', '5', '6'])
    assert.deepEqual(streams.filter((_, index) => index % 2 === 0).flatMap(({ data }) => data), [])
  })
}
