// What holds on every transport.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Hub, HubEvent } from '../../../web/hub.js'
import { Record, TestHub, eventually, startRedis } from './hub.mjs'
import { Proxy } from './proxy.mjs'
import { TRANSPORTS, only } from './transports.mjs'

/** A client for the time of a test. */
function connect(t, url, topics, options, ...types) {
  const hub = new Hub(url, { topics, ...options })
  t.after(() => hub.close())
  return new Record(hub, ...types)
}

const numbered = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)

for (const transport of TRANSPORTS) {
  test(`${transport}: events come with all that they have, in order`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, server.url, 'news', only(transport), 'ünï', 'note')
    assert.equal(client.hub.readyState, Hub.CONNECTING)
    await client.opened()
    assert.equal(client.hub.readyState, Hub.OPEN)
    const sent = [['plain'], ['two\nlines', 'note'], ['', 'note'], ['blåbær 日本 🎉', 'ünï'], [' x'.repeat(50_000)]]
    const ids = []
    for (const [data, event] of sent) ids.push(await server.publish('news', data, { event }))
    await client.received(sent.length)
    assert.deepEqual(client.data, sent.map(([data]) => data))
    assert.deepEqual(client.events.map(({ type }) => type), ['message', 'note', 'note', 'ünï', 'message'])
    assert.deepEqual(client.events.map(({ lastEventId }) => lastEventId), ids)
    for (const event of client.events) {
      assert.ok(event instanceof HubEvent && event instanceof MessageEvent)
      assert.equal(event.topic, 'news')
      assert.equal(event.origin, server.url.slice(0, -1))
    }
    assert.equal(client.hub.lastEventId, ids.at(-1))
    assert.equal(client.hub.transport, transport)
    assert.deepEqual(client.errors, [])
  })

  test(`${transport}: a stream of several topics tells them apart`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, server.url, ['a', 'b & c', 'd'], only(transport), 'goal')
    await client.opened()
    await server.publish('a', '1')
    await server.publish('b & c', '{"2":"\\n"}', { event: 'goal' })
    await server.publish('d', '3\n3')
    await client.received(3)
    assert.deepEqual(client.events.map(({ topic }) => topic), ['a', 'b & c', 'd'])
    assert.deepEqual(client.data, ['1', '{"2":"\\n"}', '3\n3'])
    assert.equal(client.events[1].type, 'goal')
  })

  test(`${transport}: it begins where it is told to`, async (t) => {
    const server = await TestHub.start(t)
    const first = await server.publish('news', '1')
    await server.publish('news', '2')
    const earliest = connect(t, server.url, 'news', { ...only(transport), cursor: 'earliest' })
    const cursor = connect(t, server.url, 'news', { ...only(transport), cursor: first })
    const since = connect(t, server.url, 'news', { ...only(transport), since: '1h' })
    const latest = connect(t, server.url, 'news', only(transport))
    for (const client of [earliest, cursor, since, latest]) await client.opened()
    await server.publish('news', '3')
    await earliest.received(3)
    await cursor.received(2)
    await since.received(3)
    await latest.received(1)
    assert.deepEqual([earliest.data, cursor.data, since.data, latest.data], [['1', '2', '3'], ['2', '3'], ['1', '2', '3'], ['3']])
  })

  test(`${transport}: connections that die lose and double nothing`, async (t) => {
    const server = await TestHub.start(t)
    const proxy = await Proxy.start(t, server.port)
    const client = connect(t, proxy.url, ['news', 'other'], only(transport))
    await client.opened()
    // The first cut comes before any event.
    for (let round = 0; round < 3; round++) {
      proxy.cut()
      for (let number = 1; number <= 20; number++) {
        await server.publish(number % 2 ? 'news' : 'other', `${round * 20 + number}`)
        if (number === 13) proxy.cut()
      }
      await client.received(round * 20 + 20)
    }
    assert.deepEqual(client.data, numbered(1, 60))
    // Between two polls there is no connection to lose.
    if (transport !== 'poll') assert.ok(client.errors.length >= 3)
  })

  test(`${transport}: pause keeps the place, and close ends for good`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, server.url, 'news', only(transport))
    await client.opened()
    await server.publish('news', '1')
    await client.received(1)
    client.hub.pause()
    for (const data of ['2', '3']) await server.publish('news', data)
    assert.equal(client.hub.readyState, Hub.CONNECTING)
    assert.deepEqual(client.data, ['1'])
    client.hub.resume()
    await client.received(3)
    await client.opened(2)
    client.hub.close()
    assert.equal(client.hub.readyState, Hub.CLOSED)
    await server.publish('news', '4')
    const witness = connect(t, server.url, 'news', { ...only(transport), cursor: client.hub.lastEventId })
    await witness.received(1)
    assert.deepEqual([client.data, client.errors], [['1', '2', '3'], []])
  })

  test(`${transport}: pause and resume in one turn is no error`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, server.url, 'news', only(transport))
    await client.opened()
    for (const round of [2, 3, 4]) {
      client.hub.pause()
      client.hub.resume()
      await client.opened(round)
    }
    await server.publish('news', '1')
    await client.received(1)
    assert.deepEqual([client.data, client.errors], [['1'], []])
  })

  test(`${transport}: nothing more is handed over once a listener closes`, async (t) => {
    const server = await TestHub.start(t)
    for (const data of numbered(1, 10)) await server.publish('news', data)
    const client = connect(t, server.url, 'news', { ...only(transport), cursor: 'earliest' })
    client.hub.addEventListener('message', ({ data }) => data === '3' && client.hub.close())
    await client.received(3)
    const next = connect(t, server.url, 'news', { ...only(transport), cursor: client.hub.lastEventId })
    await next.received(7)
    assert.deepEqual([client.data, next.data], [numbered(1, 3), numbered(4, 10)])
  })

  test(`${transport}: a place that is not the hub's is told, and the stream goes on`, async (t) => {
    const server = await TestHub.start(t)
    for (const data of ['1', '2']) await server.publish('news', data)
    const client = connect(t, server.url, 'news', { ...only(transport), cursor: 'elsewhere' }, 'hub.reset')
    await client.received(3)
    const [reset, ...events] = client.events
    assert.equal(reset.type, 'hub.reset')
    assert.equal(reset.topic, 'news')
    const { topic, reason, requested } = JSON.parse(reset.data)
    assert.deepEqual([topic, reason, requested], ['news', 'unknown', 'elsewhere'])
    assert.deepEqual(events.map(({ data }) => data), ['1', '2'])
    // The place is safe by now: it is not told again.
    client.hub.pause()
    client.hub.resume()
    await client.opened(2)
    await server.publish('news', '3')
    await client.received(4)
    assert.equal(client.data[3], '3')
  })

  test(`${transport}: a hub that is replaced is told apart from one that remembers`, async (t) => {
    const [first, second] = [await TestHub.start(t), await TestHub.start(t)]
    const proxy = await Proxy.start(t, first.port)
    const client = connect(t, proxy.url, 'news', only(transport), 'hub.reset')
    await client.opened()
    await first.publish('news', 'old')
    await client.received(1)
    proxy.target = second.port
    await first.kill()
    proxy.cut()
    await client.received(2)
    await second.publish('news', 'new')
    await client.received(3)
    assert.deepEqual(client.events.map(({ type }) => type), ['message', 'hub.reset', 'message'])
    assert.equal(client.data[2], 'new')
  })

  test(`${transport}: with Redis, members come and go and the stream does not`, async (t) => {
    const bus = await startRedis(t)
    const members = [await TestHub.start(t, '--bus', bus, '--drain', '100ms'), await TestHub.start(t, '--bus', bus)]
    await eventually('both should be ready', async () => {
      const answers = await Promise.all(members.map(({ url }) => fetch(`${url}health/ready`)))
      return answers.every(({ ok }) => ok)
    })
    const client = connect(t, members.map(({ url }) => url), 'news', only(transport))
    await client.opened()
    for (const data of numbered(1, 10)) await members[1].publish('news', data)
    await client.received(10)
    assert.equal(client.hub.url, members[0].url)
    members[0].terminate()
    for (const data of numbered(11, 30)) await members[1].publish('news', data)
    await eventually('it should go to the other member', () => client.hub.url === members[1].url)
    await members[1].publish('news', '31')
    await client.received(31)
    assert.deepEqual(client.data, numbered(1, 31))
  })

  test(`${transport}: it publishes`, async (t) => {
    const server = await TestHub.start(t)
    const client = connect(t, server.url, ['news', 'sport'], only(transport), 'goal')
    await client.opened()
    const ids = [
      await client.hub.publish('news', 'text\nof two lines'),
      await client.hub.publish('sport', { score: [1, 0] }, { event: 'goal' }),
      await client.hub.publish(['news', 'sport'], 'both'),
    ]
    await client.received(3)
    assert.deepEqual(client.data, ['text\nof two lines', '{"score":[1,0]}', 'both'])
    assert.equal(client.events[1].type, 'goal')
    assert.deepEqual(client.events.map(({ lastEventId }) => lastEventId), ids)
    const again = await client.hub.publish('news', 'once', { key: 'k' })
    assert.equal(await client.hub.publish('news', 'once', { key: 'k' }), again)
    await assert.rejects(client.hub.publish('$news', 'x'), { name: 'HubError', kind: 'final' })
  })
}

test('a client goes from transport to transport, and from member to member', async (t) => {
  const bus = await startRedis(t)
  const members = [await TestHub.start(t, '--bus', bus), await TestHub.start(t, '--bus', bus)]
  await eventually('both should be ready', async () => {
    const answers = await Promise.all(members.map(({ url }) => fetch(`${url}health/ready`)))
    return answers.every(({ ok }) => ok)
  })
  let cursor = await members[0].publish('news', '0')
  const received = []
  let sent = 0
  for (const [round, transport] of [...TRANSPORTS, ...TRANSPORTS.slice().reverse()].entries()) {
    for (let count = 0; count < 5; count++) await members[round % 2].publish('news', `${++sent}`)
    const client = connect(t, members[(round + 1) % 2].url, 'news', { ...only(transport), cursor })
    await client.received(5)
    await client.opened()
    await members[round % 2].publish('news', `${++sent}`)
    await client.received(6)
    client.hub.close()
    received.push(...client.data)
    cursor = client.hub.lastEventId
  }
  assert.deepEqual(received, numbered(1, sent))
})
