// What the client does about answers and about what stands between it and the hub.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as nap } from 'node:timers/promises'
import { Hub } from '../../../web/hub.js'
import { Record, TestHub, eventually } from './hub.mjs'
import { HeadOnlyProxy, Proxy } from './proxy.mjs'
import { STREAM, blackHole, browserEvents, problem, serve } from './server.mjs'

const WITHOUT_WEBSOCKET = ['sse', 'long-poll', 'poll']
/** What is tried after streams. */
const NEXT = globalThis.WebSocket ? 'ws' : 'long-poll'
/** The page says how long ago it began when it asks another way, and can't know what that takes to arrive, in milliseconds. */
const MARGIN = 1000

function connect(t, url, options, ...types) {
  const hub = new Hub(url, { topics: 'news', ...options })
  t.after(() => hub.close())
  return new Record(hub, ...types)
}

for (const status of [429, 500, 502, 503]) {
  test(`after ${status} it comes back, and waits as long as it was told`, async (t) => {
    const { requests, url } = await serve(t, (response, count) => {
      if (count === 1) return problem(response, status, { 'Retry-After': '1' })
      response.writeHead(200, STREAM).write(':\nid: 7\n\ndata: there\nid: 8\n\n')
    })
    const client = connect(t, url)
    await client.received(1)
    assert.deepEqual([client.errors.length, client.errors[0].status, client.errors[0].kind], [1, status, 'network'])
    assert.match(client.errors[0].message, /the reason/)
    assert.ok(requests[1].at - requests[0].at >= 999, `after ${requests[1].at - requests[0].at} ms`)
    assert.equal(client.hub.transport, 'sse')
  })
}

for (const [what, cut] of [
  ['being online again', (hub, events) => events.dispatchEvent(new Event('online'))],
  ['a pause that is over', (hub) => {
    hub.pause()
    hub.resume()
  }],
]) {
  test(`${what} ends a wait, but not what the hub asked for`, async (t) => {
    const events = browserEvents(t)
    t.mock.method(Math, 'random', () => 0.999)
    const { requests, url } = await serve(t, (response, count) => {
      // Without being cut short, the waits after the first eight would take a minute.
      if (count < 9) return problem(response, 503)
      if (count === 9) return problem(response, 503, { 'Retry-After': '1' })
      response.writeHead(200, STREAM).write(':\n')
    })
    const client = connect(t, url)
    for (let count = 1; count <= 9; count++) {
      await client.failed(count)
      cut(client.hub, events)
    }
    await client.opened()
    assert.ok(requests[9].at - requests[8].at >= 999, `after ${requests[9].at - requests[8].at} ms`)
  })
}

for (const status of [204, 400, 401, 403]) {
  test(`${status} is final, and told`, async (t) => {
    const { requests, url } = await serve(t, (response) => problem(response, status))
    const client = connect(t, url)
    await client.failed()
    assert.equal(client.hub.readyState, Hub.CLOSED)
    assert.deepEqual([client.errors[0].status, client.errors[0].kind, requests.length], [status, 'final', 1])
  })
}

test('a real refusal says what is wrong', async (t) => {
  const server = await TestHub.start(t)
  const client = connect(t, server.url, { topics: '$reserved' })
  await client.failed()
  assert.match(client.errors[0].message, /^400 .*reserved/)
  assert.equal(client.hub.readyState, Hub.CLOSED)
})

test('where no transport is, it ends', async (t) => {
  const { requests, url } = await serve(t, (response) => problem(response, 404))
  const client = connect(t, url, { transports: WITHOUT_WEBSOCKET })
  await client.failed(3)
  assert.equal(client.hub.readyState, Hub.CLOSED)
  assert.deepEqual(requests.map(({ path }) => path), ['/sse', '/poll', '/poll'])
})

test('a page that a portal puts in the way of the stream is not the stream', async (t) => {
  const { requests, url } = await serve(t, (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'))
  const client = connect(t, url, { transports: WITHOUT_WEBSOCKET })
  await client.failed(3)
  assert.equal(client.errors[0].kind, 'unsuited')
  assert.notEqual(client.hub.readyState, Hub.CLOSED)
  assert.deepEqual(requests.slice(0, 3).map(({ path }) => path), ['/sse', '/poll', '/poll'])
})

test('when the hub closes the stream it stays away as long as it was told, and says why', async (t) => {
  const { requests, url } = await serve(t, (response, count) => {
    response.writeHead(200, STREAM)
    if (count > 1) return response.write('data: again\nid: 2\n\n')
    response.end('data: x\nid: 1\n\nevent: hub.close\nretry: 900\ndata: {"reason":"drain"}\n\n')
  })
  const client = connect(t, url, {}, 'hub.close')
  await client.received(3)
  assert.deepEqual(client.data, ['x', '{"reason":"drain"}', 'again'])
  assert.ok(requests[1].at - requests[0].at >= 899)
  assert.equal(requests[1].query.get('cursor'), '1')
})

test('an event that asks for a pause before reconnections gets it', async (t) => {
  const { requests, url } = await serve(t, (response, count) => {
    response.writeHead(200, STREAM)
    if (count > 1) return response.write('data: again\nid: 2\n\n')
    response.end('retry: 700\ndata: x\nid: 1\n\n')
  })
  const client = connect(t, url)
  await client.received(2)
  assert.ok(requests[1].at - requests[0].at >= 699)
})

test('the place moves only with what was handed over', async (t) => {
  const { requests, url } = await serve(t, (response, count) => {
    response.writeHead(200, STREAM)
    if (count > 1) return response.write('data: y\nid: 3\n\n')
    response.end(':\nid: 1\n\ndata: x\nid: 2\n\ndata: cut off\nid: 3\n')
  })
  const client = connect(t, url)
  await client.received(2)
  assert.deepEqual([client.data, requests[0].query.get('cursor'), requests[1].query.get('cursor')], [['x', 'y'], null, '2'])
})

test('a drained hub is left, and the next one found', async (t) => {
  const [first, second] = [await TestHub.start(t, '--drain', '100ms'), await TestHub.start(t)]
  const client = connect(t, [first.url, second.url], {}, 'hub.close')
  await client.opened()
  first.terminate()
  await client.opened(2)
  assert.equal(client.events[0].type, 'hub.close')
  assert.equal(client.hub.url, second.url)
})

test('a hub that is not there is waited for, while others are tried', async (t) => {
  const server = await TestHub.start(t)
  const proxy = await Proxy.start(t, server.port)
  proxy.isDown = true
  const alone = connect(t, proxy.url)
  const both = connect(t, [proxy.url, server.url])
  await both.opened()
  assert.equal(both.hub.url, server.url)
  await alone.failed(2)
  assert.equal(alone.hub.transport, 'sse')
  proxy.isDown = false
  await alone.opened()
})

const PAIRS = [['sse', 'long-poll', 'poll'], ...(globalThis.WebSocket ? [['ws', 'long-poll']] : [])]
for (const transports of PAIRS) {
  test(`a member that accepts and says nothing is left, and ${transports[0]} is not given up for it`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, [await blackHole(t), server.url], { transports, connectTimeout: 2000 })
    await client.opened()
    assert.deepEqual([client.hub.url, client.hub.transport], [server.url, transports[0]])
    assert.deepEqual(client.errors.map(({ kind }) => kind), ['unsuited', 'network'])
  })
}

test('a stream whose connection is dead is noticed by its silence', async (t) => {
  const server = await TestHub.start(t, '--heartbeat', '1s')
  const proxy = await Proxy.start(t, server.port)
  const client = connect(t, proxy.url, { heartbeatTimeout: 5000 })
  await client.opened()
  const { passed } = proxy
  // It has lived for a while: there were heartbeats, and no other event of any kind.
  await eventually('heartbeats should come', () => proxy.passed >= passed + 4)
  assert.deepEqual(client.errors, [])
  proxy.freeze()
  await server.publish('news', 'missed')
  await client.received(1)
  assert.deepEqual([client.data, client.errors.length, client.errors[0].kind], [['missed'], 1, 'network'])
  assert.equal(client.hub.transport, 'sse')
})

for (const [what, through] of [
  ['holds all of it back', async (t, port) => {
    const proxy = await Proxy.start(t, port)
    proxy.holds = (head) => head.startsWith('GET /sse')
    return proxy.url
  }],
  ['lets only its head through', (t, port) => HeadOnlyProxy.start(t, port, '/sse')],
]) {
  test(`where a proxy buffers streams and ${what}, it goes another way`, async (t) => {
    const server = await TestHub.start(t)
    const url = await through(t, server.port)
    const client = connect(t, url, { connectTimeout: 1500 })
    await client.opened()
    assert.equal(client.hub.transport, NEXT)
    assert.equal(client.errors[0].kind, 'unsuited')
    for (const data of ['1', '2', '3']) await server.publish('news', data)
    await client.received(3)
    assert.deepEqual(client.data, ['1', '2', '3'])
  })
}

test('what worked is remembered for the time of a tab, and what works there is used first', async (t) => {
  const items = new Map()
  globalThis.sessionStorage = { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) }
  t.after(() => delete globalThis.sessionStorage)
  const server = await TestHub.start(t)
  const proxy = await Proxy.start(t, server.port)
  proxy.holds = (head) => head.startsWith('GET /sse')
  const first = connect(t, proxy.url, { connectTimeout: 1000 })
  await first.opened()
  const second = connect(t, proxy.url)
  await second.opened()
  assert.deepEqual([second.hub.transport, second.errors], [NEXT, []])
  const elsewhere = connect(t, server.url)
  await elsewhere.opened()
  assert.equal(elsewhere.hub.transport, 'sse')
})

test('a storage that is forbidden does not matter', async (t) => {
  Object.defineProperty(globalThis, 'sessionStorage', {
    configurable: true,
    get() {
      throw new Error('SecurityError')
    },
  })
  t.after(() => delete globalThis.sessionStorage)
  const server = await TestHub.start(t)
  const client = connect(t, server.url)
  await client.opened()
})

test('a publish that may help itself is tried again with the same key', async (t) => {
  const server = await TestHub.start(t)
  const envelopes = []
  const fetch = async (url, options) => {
    if (options.method !== 'POST') return globalThis.fetch(url, options)
    envelopes.push(JSON.parse(options.body))
    const answer = await globalThis.fetch(url, options)
    // It was published, but nobody hears of it.
    if (envelopes.length === 1) throw new TypeError('the connection was lost')
    return answer
  }
  const client = connect(t, server.url, { transports: ['sse'], fetch })
  await client.opened()
  await client.hub.publish('news', 'once')
  await client.hub.publish('news', 'end')
  await client.received(2)
  assert.deepEqual(client.data, ['once', 'end'])
  assert.equal(envelopes[0].key, envelopes[1].key)
})

test('a publish to a member that says nothing goes to the next one', async (t) => {
  const server = await TestHub.start(t)
  const witness = connect(t, server.url)
  await witness.opened()
  const { hub } = connect(t, [await blackHole(t), server.url], { connectTimeout: 2000 })
  const id = await hub.publish('news', 'heard')
  await witness.received(1)
  assert.deepEqual([witness.data, witness.hub.lastEventId], [['heard'], id])
})

test('a publish that no member answers ends', async (t) => {
  const { hub } = connect(t, await blackHole(t), { connectTimeout: 50 })
  await assert.rejects(hub.publish('news', 'x'), { name: 'HubError', kind: 'network', message: /no answer came in time/ })
})

test('a publish key is sent, and its absence told', async (t) => {
  const server = await TestHub.start(t, '--publish-key', 'secret')
  const [without, with_] = [connect(t, server.url), connect(t, server.url, { token: 'secret' })]
  await without.opened()
  await assert.rejects(without.hub.publish('news', 'x'), { status: 401, kind: 'final' })
  await with_.hub.publish('news', 'y')
  await without.received(1)
  assert.deepEqual(without.data, ['y'])
})

test('options that make no sense are refused, and the message says what is accepted', () => {
  const refused = (urls, options, message) => assert.throws(() => new Hub(urls, options), { name: 'TypeError', message })
  refused('http://127.0.0.1', {}, /topics: give at least one/)
  refused('http://127.0.0.1', undefined, /topics: give at least one/)
  refused([], { topics: 'a' }, /the address of a hub/)
  refused('ftp://127.0.0.1', { topics: 'a' }, /not an address of http/)
  refused('http://127.0.0.1', { topics: 'a', transports: ['smoke'] }, /'smoke' is none of sse, ws, long-poll, poll/)
  refused('http://127.0.0.1', { topics: 'a', transports: [] }, /at least one of sse/)
  refused('http://127.0.0.1', { topics: 'a', heartbeatTimeout: '9' }, /heartbeatTimeout: '9' is not a number/)
})

test('a path and a query of the hub\'s address stay', async (t) => {
  const { requests, url } = await serve(t, (response) => response.writeHead(200, STREAM).write(':\n'))
  const client = connect(t, `${url}push?tenant=7`, { topics: ['a', 'b'] })
  await client.opened()
  assert.equal(requests[0].path, '/push/sse')
  assert.deepEqual(requests[0].query.getAll('topic'), ['a', 'b'])
  assert.equal(requests[0].query.get('tenant'), '7')
})

/** A WebSocket that is told one thing and then closed, as a hub does to a page that reads too slowly. */
function closing(sockets, message) {
  return class {
    constructor(url) {
      sockets.push(String(url))
      setTimeout(() => {
        this.onmessage({ data: '{"type":"hello","cursor":"c"}' })
        if (message) this.onmessage({ data: JSON.stringify(message) })
        this.onclose({ code: 1008, reason: '' })
      })
    }

    send() {}
    close() {}
  }
}

test('a WebSocket that was closed since the page read too slowly comes back', async (t) => {
  const sockets = []
  const WebSocket = closing(sockets, { type: 'close', reason: 'slow', retry: 1 })
  const client = connect(t, 'http://127.0.0.1:1/', { transports: ['ws'], WebSocket })
  await eventually('it should come back', () => sockets.length > 1)
  assert.match(sockets[1], /[?&]last_event_id=c|[?&]cursor=c|lastEventId=c/)
  assert.ok(client.errors.every(({ kind }) => kind !== 'final'))
})

test('a WebSocket that was closed for a breach of the rules is not opened again', async (t) => {
  const sockets = []
  const client = connect(t, 'http://127.0.0.1:1/', { transports: ['ws'], WebSocket: closing(sockets) })
  await client.failed()
  assert.deepEqual([client.errors[0].kind, sockets.length], ['final', 1])
})

for (const transport of ['ws', 'long-poll', 'poll'].filter((name) => name !== 'ws' || globalThis.WebSocket)) {
  test(`what is published while the first connection fails over to ${transport} is not lost`, async (t) => {
    const server = await TestHub.start(t)
    const proxy = await Proxy.start(t, server.port)
    proxy.freezes = (head) => head.startsWith('GET /sse')
    await server.publish('news', 'before')
    const client = connect(t, proxy.url, { transports: ['sse', transport], pollInterval: 50, connectTimeout: 2 * MARGIN }, 'hub.reset')
    await eventually('it should ask', () => proxy.heads.some((head) => head.startsWith('GET /sse')))
    await nap(MARGIN)
    await server.publish('news', 'meanwhile')
    await client.received(1)
    await server.publish('news', 'after')
    await client.received(2)
    assert.deepEqual([client.data, client.hub.transport], [['meanwhile', 'after'], transport])
  })
}

test('what is published while the first member says nothing is not lost', async (t) => {
  const server = await TestHub.start(t)
  const dead = await Proxy.start(t, server.port)
  dead.freezes = () => true
  const client = connect(t, [dead.url, server.url], { transports: ['sse'], connectTimeout: 2 * MARGIN })
  await eventually('it should ask', () => dead.heads.length > 0)
  await nap(MARGIN)
  await server.publish('news', 'meanwhile')
  await client.received(1)
  assert.deepEqual(client.data, ['meanwhile'])
})
