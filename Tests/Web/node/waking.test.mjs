// What the client does when the page comes back from where it could notice nothing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { Hub } from '../../../web/hub.js'
import { Record, TestHub, eventually } from './hub.mjs'
import { Proxy } from './proxy.mjs'
import { browserEvents } from './server.mjs'
import { TRANSPORTS } from './transports.mjs'

// Of their own accord, none of these would notice a dead connection for as long as a test waits.
const PATIENT = { connectTimeout: 60_000, heartbeatTimeout: 60_000 }

function connect(t, url, transport, options) {
  const hub = new Hub(url, { topics: 'news', transports: [transport], pollInterval: 60_000, ...PATIENT, ...options })
  t.after(() => hub.close())
  return new Record(hub)
}

/** A client, and the proxy that it comes through. */
async function start(t, transport, ...options) {
  const server = await TestHub.start(t, ...options)
  const proxy = await Proxy.start(t, server.port)
  const client = connect(t, proxy.url, transport)
  await client.opened()
  return { server, proxy, client }
}

/** A clock that can be set. */
function clock(t) {
  const now = Date.now
  const clock = { ahead: 0 }
  t.mock.method(Date, 'now', () => now() + clock.ahead)
  return clock
}

const WAYS = {
  'another network': (window) => window.dispatchEvent(new Event('online')),
  'the cache of pages': (window) => window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
  'the background': () => document.dispatchEvent(new Event('visibilitychange')),
  'having been frozen': () => document.dispatchEvent(new Event('resume')),
  'sleep that no event tells of': (_, clock) => (clock.ahead += 10_000),
  'a night': (_, clock) => (clock.ahead += 9 * 3_600_000),
}

for (const transport of TRANSPORTS) {
  for (const [what, wake] of Object.entries(WAYS)) {
    test(`${transport}: after ${what} a connection that is dead is found out at once`, async (t) => {
      const window = browserEvents(t)
      const hands = clock(t)
      const { server, proxy, client } = await start(t, transport)
      proxy.freeze()
      await server.publish('news', 'missed')
      wake(window, hands)
      await client.received(1)
      await server.publish('news', 'next')
      if (transport === 'poll') wake(window, hands)
      await client.received(2)
      assert.deepEqual([client.data, client.errors], [['missed', 'next'], []])
    })
  }

  test(`${transport}: what is published after the page came back does not wait for the silence either`, async (t) => {
    browserEvents(t)
    const { server, proxy, client } = await start(t, transport)
    proxy.freeze()
    WAYS['the background']()
    if (transport !== 'poll') await eventually('it should be looked into', () => proxy.heads.some(isQuestion) || transport === 'ws')
    await server.publish('news', 'late')
    if (transport === 'poll') WAYS['the background']()
    await client.received(1)
    assert.deepEqual(client.data, ['late'])
  })

  test(`${transport}: a connection that is well is left alone, however often somebody looks`, async (t) => {
    browserEvents(t)
    const server = await TestHub.start(t)
    const proxy = await Proxy.start(t, server.port)
    // The client is as patient with a connection as it had to be at the beginning, so a test machine that is slow is no matter.
    proxy.delay = 2000
    const client = connect(t, proxy.url, transport)
    await client.opened()
    proxy.delay = 0
    for (let round = 1; round <= 10; round++) {
      for (let times = 0; times < 5; times++) WAYS['the background']()
      if (round % 2) await eventually('it should be looked into', () => proxy.heads.some(isQuestion) || transport !== 'sse')
      await server.publish('news', `${round}`)
      if (transport === 'poll') WAYS['the background']()
      await client.received(round)
    }
    assert.deepEqual(client.data, Array.from({ length: 10 }, (_, index) => `${index + 1}`))
    assert.deepEqual([client.opens, client.errors], [1, []])
    if (transport === 'sse' || transport === 'ws') assert.equal(proxy.heads.filter((head) => head.startsWith(`GET /${transport}`)).length, 1)
  })

  test(`${transport}: a browser that uses another dead connection for the next try does not hold it up`, async (t) => {
    const window = browserEvents(t)
    const { server, proxy, client } = await start(t, transport)
    // Its connection waits to be used again.
    await client.hub.publish('news', 'first')
    if (transport === 'poll') WAYS['another network'](window)
    await client.received(1)
    proxy.freeze()
    await server.publish('news', 'missed')
    WAYS['another network'](window)
    await client.received(2)
    assert.deepEqual([client.data, client.errors], [['first', 'missed'], []])
  })

  for (const what of ['another network', 'the background']) {
    test(`${transport}: after ${what} dead connections that the browser did not part with do not hold it up either`, async (t) => {
      const window = browserEvents(t)
      const { server, proxy, client } = await start(t, transport)
      proxy.freeze()
      let dead = 3
      // A browser that has too much to do may not even come to use one before the client is at the end of its patience.
      proxy.freezes = (head) => !head.startsWith('GET /health/') && dead-- > 0
      await server.publish('news', 'missed')
      WAYS[what](window)
      await client.received(1)
      assert.deepEqual([client.data, client.errors, dead < 0], [['missed'], [], true])
    })
  }
}

test('another reason to look while dead connections are parted with leaves nothing behind', async (t) => {
  const window = browserEvents(t)
  const { server, proxy, client } = await start(t, 'poll')
  proxy.freeze()
  const isFlush = (head) => head.startsWith('GET /health/')
  let dead = 1
  proxy.freezes = (head) => isFlush(head) || dead-- > 0
  WAYS['another network'](window)
  await eventually('they should be parted with', () => proxy.heads.some(isFlush))
  WAYS['the background']()
  await client.opened(2)
  await server.publish('news', 'next')
  WAYS['the background']()
  await client.received(1)
  assert.deepEqual([client.data, client.errors], [['next'], []])
  assert.ok(!proxy.heads.some((head) => head.startsWith('GET /long-poll')))
})

test('a way that is slow is no dead one', async (t) => {
  const window = browserEvents(t)
  const server = await TestHub.start(t)
  const [proxies, clients] = [[], []]
  for (const transport of TRANSPORTS) {
    const proxy = await Proxy.start(t, server.port)
    const client = connect(t, proxy.url, transport, { connectTimeout: undefined })
    await client.opened()
    proxies.push(proxy)
    clients.push(client)
  }
  for (const proxy of proxies) {
    proxy.cut()
    proxy.delay = 3000
  }
  await server.publish('news', 'slow')
  WAYS['another network'](window)
  for (const client of clients) await client.received(1)
  for (const client of clients) assert.deepEqual(client.data, ['slow'])
})

test('an answer that was on its way before is no proof that the way is there', async (t) => {
  browserEvents(t)
  const server = await TestHub.start(t)
  const proxy = await Proxy.start(t, server.port)
  const gate = new EventTarget()
  let isClosed = false
  const fetch = async (...request) => {
    const answer = await globalThis.fetch(...request)
    const body = await answer.text()
    if (isClosed) {
      isClosed = false
      gate.dispatchEvent(new Event('here'))
      await once(gate, 'open')
    }
    return new Response(body, answer)
  }
  const client = connect(t, proxy.url, 'poll', { fetch })
  await client.opened()
  const answered = once(gate, 'here')
  isClosed = true
  WAYS['the background']()
  await answered
  proxy.freeze()
  let dead = 2
  proxy.freezes = () => dead-- > 0
  await server.publish('news', 'missed')
  WAYS['the background']()
  gate.dispatchEvent(new Event('open'))
  await client.received(1)
  assert.deepEqual([client.data, client.errors], [['missed'], []])
})

if (globalThis.WebSocket) {
  test('ws: what was on its way before is no proof that the way is there', async (t) => {
    browserEvents(t)
    const sockets = []
    const WebSocket = class extends globalThis.WebSocket {
      constructor(...options) {
        super(...options)
        sockets.push(this)
      }
    }
    const server = await TestHub.start(t)
    const proxy = await Proxy.start(t, server.port)
    const client = connect(t, proxy.url, 'ws', { WebSocket })
    await client.opened()
    proxy.freeze()
    await server.publish('news', 'missed')
    WAYS['the background']()
    sockets[0].onmessage({ data: '{"type":"error"}' })
    await client.received(1)
    assert.deepEqual([client.data, client.errors], [['missed'], []])
  })
}

/** What a client asks that does not rely on a connection. */
function isQuestion(head) {
  return /^GET \/(poll|long-poll)/.test(head)
}

test('a page that has just been loaded, or that nobody sees, is no reason to look', async (t) => {
  const window = browserEvents(t)
  const { proxy, client } = await start(t, 'sse', '--heartbeat', '1s')
  const [asked] = [proxy.heads.length]
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  document.visibilityState = 'hidden'
  WAYS['the background']()
  // A heartbeat is later than any question would be.
  await eventually('the hub should say something', () => proxy.passed > 2)
  assert.deepEqual([proxy.heads.length, client.opens], [asked, 1])
})

test('a client that is paused or closed is not woken', async (t) => {
  const window = browserEvents(t)
  const { proxy, client } = await start(t, 'sse')
  client.hub.pause()
  const asked = proxy.heads.length
  for (const wake of Object.values(WAYS).slice(0, 4)) wake(window)
  client.hub.resume()
  await client.opened(2)
  assert.equal(proxy.heads.length, asked + 1)
  client.hub.close()
  for (const wake of Object.values(WAYS).slice(0, 4)) wake(window)
  const witness = connect(t, proxy.url, 'sse')
  await witness.opened()
  assert.equal(proxy.heads.length, asked + 2)
})

if (globalThis.WebSocket) {
  test('a publish over a WebSocket that is dead is sent in another way', async (t) => {
    const { server, proxy } = await start(t, 'ws')
    const client = connect(t, proxy.url, 'ws', { connectTimeout: 1000 })
    await client.opened()
    const witness = connect(t, server.url, 'sse')
    await witness.opened()
    proxy.freeze()
    const id = await client.hub.publish('news', 'heard')
    await witness.received(1)
    assert.deepEqual([witness.data, witness.hub.lastEventId], [['heard'], id])
  })
}
