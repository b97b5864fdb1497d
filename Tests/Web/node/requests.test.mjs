// How the client asks: by an address, or with a body where that is too long; and what the cache of a browser has to do with it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Hub, HubEvent } from '../../../web/hub.js'
import { isMixed } from '../../../web/hub/blame.js'
import { Record, TestHub, eventually } from './hub.mjs'
import { STREAM, problem, serve } from './server.mjs'
import { only } from './transports.mjs'

function connect(t, url, options) {
  const hub = new Hub(url, { topics: 'news', ...options })
  t.after(() => hub.close())
  return new Record(hub)
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const TYPES = { sse: STREAM, 'long-poll': JSON_TYPE, poll: JSON_TYPE }
const BATCH = { events: [{ id: '7', topic: 'news', data: 'there' }], cursor: '7' }

/** Answers as the transport expects, and ends: the client comes back. */
function answer(response, transport) {
  response.writeHead(200, { ...TYPES[transport], 'Hub-Poll-After': '0' })
  response.end(transport === 'sse' ? `data: ${JSON.stringify(BATCH.events[0])}\nid: 7\n\nevent: hub.close\nretry: 1\ndata: {"reason":"drain"}\n\n` : JSON.stringify(BATCH))
}

for (const transport of ['sse', 'long-poll', 'poll']) {
  for (const status of [414, 431]) {
    test(`${transport}: after ${status} it asks with a body, and goes on so`, async (t) => {
      const { requests, url } = await serve(t, (response, _, { method }) => {
        if (method === 'GET') return problem(response, status)
        answer(response, transport)
      })
      const client = connect(t, `${url}push?tenant=7`, { topics: ['news', 'a & b', '__proto__'], since: '10m', ...only(transport) })
      await client.received(2)
      assert.deepEqual(requests.slice(0, 3).map(({ method }) => method), ['GET', 'POST', 'POST'])
      const [refused, asked, again] = requests
      assert.equal(asked.path, refused.path)
      assert.deepEqual([...asked.query], [['tenant', '7']])
      const body = new URLSearchParams(asked.body)
      assert.deepEqual(body.getAll('topic'), ['news', 'a & b', '__proto__'])
      assert.equal(body.get('since'), '10m')
      assert.equal(new URLSearchParams(again.body).get('cursor'), '7')
      assert.ok(client.errors.every(({ status }) => status === undefined))
    })
  }

  test(`${transport}: what is too long for a proxy is not tried as an address`, async (t) => {
    const { requests, url } = await serve(t, (response) => answer(response, transport))
    const topics = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(170, '日'))
    const client = connect(t, url, { topics, ...only(transport) })
    await client.received(1)
    assert.equal(requests[0].method, 'POST')
    assert.deepEqual(new URLSearchParams(requests[0].body).getAll('topic'), topics)
  })

  test(`${transport}: a hub that takes no body is asked by the address after all`, async (t) => {
    const { requests, url } = await serve(t, (response, _, { method }) => {
      if (method === 'POST') return problem(response, 405)
      answer(response, transport)
    })
    const topics = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(100, 'x'))
    const client = connect(t, url, { topics, ...only(transport) })
    await client.received(1)
    assert.deepEqual(requests[1].query.getAll('topic'), topics)
  })

  test(`${transport}: where a long address gets no answer at all, a body may`, async (t) => {
    // So a page of another origin sees the 414 of a proxy, which names no origin.
    const { requests, url } = await serve(t, (response, _, { method }) => {
      if (method === 'GET') return response.destroy()
      answer(response, transport)
    })
    const topics = Array.from({ length: 30 }, (_, number) => `${number}`.padStart(100, 'x'))
    const client = connect(t, url, { topics, ...only(transport) })
    await client.received(1)
    assert.deepEqual(new URLSearchParams(requests.at(-1).body).getAll('topic'), topics)
  })

  test(`${transport}: a refusal that a body does not help against is told`, async (t) => {
    const { requests, url } = await serve(t, (response, _, { method }) => problem(response, method === 'GET' ? 414 : 405))
    const client = connect(t, url, only(transport))
    await client.failed()
    assert.deepEqual([client.errors[0].status, client.errors[0].kind, client.hub.readyState], [414, 'final', Hub.CLOSED])
    assert.equal(requests.length, 2)
  })

  test(`${transport}: as many topics as a stream may have, and as long, get their events`, async (t) => {
    const server = await TestHub.start(t)
    const topics = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(512, 'x'))
    const client = connect(t, server.url, { topics, ...only(transport) })
    await client.opened()
    const envelopes = topics.map((topic, number) => JSON.stringify({ topic, data: `${number}` }))
    await fetch(`${server.url}publish`, { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: envelopes.join('\n') })
    await client.received(100)
    assert.deepEqual(client.events.map(({ topic }) => topic), topics)
    assert.deepEqual(client.errors, [])
  })
}

test('a transport that only has an address is not used for more than one holds', async (t) => {
  const { url } = await serve(t, (response) => answer(response, 'poll'))
  const topics = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(100, 'x'))
  const client = connect(t, url, { topics, transports: ['ws', 'poll'], WebSocket: class {}, pollInterval: 50 })
  await client.received(1)
  assert.deepEqual([client.hub.transport, client.errors[0].kind], ['poll', 'unsuited'])
})

test("streams and long polls pass the browser's cache by, and polls do not", async (t) => {
  const server = await TestHub.start(t)
  const caches = new Map()
  const fetch = (url, options) => {
    caches.set(url.pathname, options.cache)
    return globalThis.fetch(url, options)
  }
  for (const transport of ['sse', 'long-poll', 'poll']) await connect(t, server.url, { fetch, ...only(transport) }).opened()
  await eventually('it should wait', () => caches.has('/long-poll'))
  assert.deepEqual(Object.fromEntries(caches), { '/sse': 'no-store', '/poll': undefined, '/long-poll': 'no-store' })
})

for (const name of ['error', 'open', 'close', 'message', '__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
  for (const transport of ['sse', 'long-poll', 'poll', ...(globalThis.WebSocket ? ['ws'] : [])]) {
    test(`${transport}: an event and a topic that are named ${name} are no more than that`, async (t) => {
      const server = await TestHub.start(t)
      const hub = new Hub(server.url, { topics: [name, 'other'], ...only(transport) })
      t.after(() => hub.close())
      const [own, published] = [[], []]
      hub.onopen = (event) => own.push(event)
      hub.onerror = (event) => own.push(event)
      for (const type of ['open', 'error', name]) {
        hub.addEventListener(type, (event) => event instanceof HubEvent && type === name && published.push(event))
      }
      await eventually('it should open', () => hub.readyState === Hub.OPEN)
      await server.publish(name, 'data', { event: name })
      await eventually('the event is due', () => published.length > 0)
      const [{ type, data, topic }] = published
      assert.deepEqual([type, data, topic, hub.readyState], [name, 'data', name, Hub.OPEN])
      assert.deepEqual(own.map(({ type }) => type), ['open'])
      assert.ok(own.every((event) => !(event instanceof HubEvent)))
    })
  }
}

test('what is not encrypted is mixed content to a page that is, unless it is on this machine', () => {
  const secure = { protocol: 'https:' }
  for (const url of ['http://hub.example', 'http://10.0.0.1:8080', 'http://localhost.example']) assert.ok(isMixed(new URL(url), secure), url)
  for (const url of ['https://hub.example', 'http://localhost:8080', 'http://a.localhost', 'http://127.0.0.1', 'http://[::1]:8080']) {
    assert.ok(!isMixed(new URL(url), secure), url)
  }
  assert.ok(!isMixed(new URL('http://hub.example'), { protocol: 'http:' }))
})
