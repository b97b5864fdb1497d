// What the console makes of the members' answers, apart from its page.
import assert from 'node:assert/strict'
import test from 'node:test'
import { byWork, mergeTopics } from '../../../web/console/busiest.js'
import { Cluster } from '../../../web/console/cluster.js'
import { Counting } from '../../../web/console/counting.js'
import { Incidents, MOST } from '../../../web/console/incidents.js'
import { Pulse } from '../../../web/console/pulse.js'
import { difference, quantile, together } from '../../../web/console/quantile.js'
import { bytes, count, rate, seconds, text, throughput } from '../../../web/console/quantities.js'
import { address, readRoute, topicAddress } from '../../../web/console/route.js'
import { Samples } from '../../../web/console/samples.js'
import { Series } from '../../../web/console/series.js'
import { StreamList } from '../../../web/console/stream_list.js'
import { TopicList } from '../../../web/console/topic_list.js'
import { verdict } from '../../../web/console/verdict.js'
import { visible } from '../../../web/console/visible.js'

const counter = (value, labels = {}) => ['hub_events_total', labels, value]

test('samples add up over the labels that nobody asked for', () => {
  const samples = new Samples([counter(1, { a: 'x', b: '1' }), counter(2, { a: 'x', b: '2' }), counter(4, { a: 'y', b: '1' })])
  assert.equal(samples.sum('hub_events_total'), 7)
  assert.equal(samples.sum('hub_events_total', { a: 'x' }), 3)
  assert.equal(samples.sum('hub_events_total', { a: 'z' }), 0)
  assert.equal(samples.sum('hub_other'), undefined)
  assert.deepEqual([...samples.by('hub_events_total', 'b')], [['1', 5], ['2', 2]])
})

test('a rate is the difference of the last ten seconds by the member’s own clock', () => {
  const counting = new Counting()
  assert.equal(counting.rate('hub_events_total'), undefined)
  counting.take(1000, [counter(50)])
  assert.equal(counting.rate('hub_events_total'), undefined)
  counting.take(1002, [counter(60)])
  assert.equal(counting.rate('hub_events_total'), 5)
  for (let now = 1004; now <= 1060; now += 2) counting.take(now, [counter(60)])
  assert.equal(counting.rate('hub_events_total'), 0)
  counting.take(1062, [counter(160)])
  assert.equal(counting.rate('hub_events_total'), 10)
})

test('a rate begins anew after a pause, and with a counter that fell', () => {
  const counting = new Counting()
  counting.take(1000, [counter(0)])
  counting.take(1002, [counter(20)])
  counting.take(1302, [counter(3000)])
  assert.equal(counting.rate('hub_events_total'), undefined)
  counting.take(1304, [counter(3002)])
  assert.equal(counting.rate('hub_events_total'), 1)
  counting.take(1306, [counter(1)])
  assert.equal(counting.rate('hub_events_total'), undefined)
})

test('the same report twice is one, and a counter that appears began at 0', () => {
  const counting = new Counting()
  counting.take(1000, [])
  counting.take(1000, [])
  assert.equal(counting.rate('hub_events_total'), undefined)
  counting.take(1004, [counter(8)])
  assert.equal(counting.rate('hub_events_total'), 2)
})

test('a quantile lies within its bucket, and beyond all bounds at the highest', () => {
  const buckets = new Map([[0.1, 50], [0.2, 100], [Infinity, 100]])
  assert.equal(quantile(buckets, 0.25), 0.05)
  assert.equal(quantile(buckets, 0.75), 0.15000000000000002)
  assert.equal(quantile(new Map([[0.1, 0], [0.2, 0], [Infinity, 10]]), 0.99), 0.2)
  assert.equal(quantile(new Map([[0.1, 0], [Infinity, 0]]), 0.99), undefined)
  assert.equal(quantile(new Map(), 0.99), undefined)
  const sums = together([new Map([[1, 1], [Infinity, 2]]), new Map([[1, 3], [Infinity, 4]])])
  assert.deepEqual([...difference(new Map([[1, 1]]), sums)], [[1, 3], [Infinity, 6]])
})

test('buckets come in the order of their bounds', () => {
  const bucket = (le, value) => ['hub_lag_bucket', { le }, value]
  const samples = new Samples([bucket('+Inf', 9), bucket('0.25', 5), bucket('0.0001', 1)])
  assert.deepEqual([...samples.buckets('hub_lag')], [[0.0001, 1], [0.25, 5], [Infinity, 9]])
})

test('a series forgets what is old and knows where nobody looked', () => {
  const series = new Series()
  for (const [at, value] of [[0, 5], [2000, 6], [60_000, 1], [62_000, undefined]]) series.add(at, value)
  assert.deepEqual(series.runs.map((run) => run.map(({ value }) => value)), [[5, 6], [1]])
  assert.deepEqual(series.range, [1, 6])
  series.add(330_000, 2)
  assert.deepEqual(series.range, [1, 2])
  assert.equal(series.span(330_000), 270_000)
})

function report(member, more = {}) {
  const { samples = [], ...rest } = more
  const metrics = [['hub_streams', { transport: 'sse' }, 5], ['hub_bus_ready', {}, 1], ...samples]
  const started = { started: 1000, now: 2000, ready: true, reason: null, draining: false }
  return { member, host: `host-${member}`, version: '1', loops: 2, ...started, metrics, topics: [], incidents: [], ...rest }
}

const answer = (members, unreached = null) => ({ asked: 'a', unreached, members })

test('a member that no longer answers is shown as gone, and then no more', () => {
  const cluster = new Cluster()
  cluster.take(answer([report('b'), report('a')]), 10_000)
  assert.deepEqual(cluster.members.map(({ id, state }) => [id, state]), [['a', 'ready'], ['b', 'ready']])
  assert.equal(cluster.plots.streams.last, 10)
  cluster.take(answer([report('a')]), 12_000)
  assert.deepEqual(cluster.members.map(({ state }) => state), ['ready', 'gone'])
  assert.equal(cluster.plots.streams.last, 5)
  assert.match(verdict(cluster).reasons[0], /^host-b has not answered since /)
  cluster.take(answer([report('a')]), 80_000)
  assert.deepEqual(cluster.members.map(({ id }) => id), ['a'])
})

test('a member that was started anew has not gone', () => {
  const cluster = new Cluster()
  cluster.take(answer([report('a'), report('b')]), 200_000)
  cluster.take(answer([report('b'), report('c', { host: 'host-a' })]), 204_000)
  assert.deepEqual(cluster.members.map(({ id, state }) => [id, state]), [['a', 'replaced'], ['c', 'ready'], ['b', 'ready']])
  assert.equal(verdict(cluster).headline, 'All 2 members are ready.')
  assert.deepEqual(['a', 'b', 'x'].map((id) => cluster.nameOf(id)), ['host-a (a)', 'host-b', 'x'])
})

test('members that can’t be asked have not gone', () => {
  const cluster = new Cluster()
  cluster.take(answer([report('a'), report('b')]), 0)
  for (const at of [2000, 300_000]) cluster.take(answer([report('a')], 'Redis is away'), at)
  assert.deepEqual(cluster.members.map(({ state }) => state), ['ready', 'unreached'])
  assert.deepEqual(verdict(cluster).reasons, ['The other members can’t be asked: Redis is away'])
  cluster.take(answer([report('a'), report('b')]), 302_000)
  assert.equal(verdict(cluster).level, 'good')
})

test('what is ready is said in words, and why not', () => {
  const said = (...members) => {
    const cluster = new Cluster()
    cluster.take(answer(members), 0)
    const { level, headline, reasons } = verdict(cluster)
    return [level, headline, ...reasons]
  }
  assert.deepEqual(said(report('a')), ['good', 'The member is ready.'])
  assert.deepEqual(said(report('a'), report('b')), ['good', 'All 2 members are ready.'])
  const unready = { ready: false, reason: 'the bus is away' }
  assert.deepEqual(said(report('a', unready)), ['bad', 'The member is not ready.', 'host-a is not ready: the bus is away'])
  const draining = 'host-b is draining: it takes no new streams, and will stop'
  assert.deepEqual(said(report('a'), report('b', { ready: false, draining: true })), ['poor', '1 of 2 members is ready.', draining])
  assert.deepEqual(said(report('a'), report('b', { version: '2' })).slice(2), ['The members run different versions: 1, 2'])
  const full = [['hub_connections', {}, 81], ['hub_connections_limit', {}, 100], ['hub_buffered_bytes', {}, 1], ['hub_buffered_bytes_limit', {}, 100]]
  assert.deepEqual(said(report('a', { samples: full })).slice(2), ['host-a is near its limit of connections: 81 of 100'])
  const expiring = [['hub_tls_certificate_expiry_seconds', {}, 2000 + 3 * 86_400]]
  assert.deepEqual(said(report('a', { samples: expiring })).slice(2), ['host-a’s certificate ends in 3 d'])
})

test('subscribers add up over members, rates do not', () => {
  const topics = (...list) => list.map(([topic, subscribers, rate]) => ({ topic, subscribers, rate }))
  const merged = mergeTopics([
    { member: 'a', topics: topics(['t', 2, null], ['u', 9, 0.1]) },
    { member: 'b', topics: topics(['t', 3, 4], ['__proto__', 0, null]) },
  ])
  assert.deepEqual(merged.get('t'), { topic: 't', subscribers: 5, rate: 4, on: { a: 2, b: 3 } })
  assert.deepEqual(byWork(merged.values()).map(({ topic }) => topic), ['t', 'u', '__proto__'])
})

const incident = (number, more) => ({ number, at: number, kind: 'reset', reason: 'lost', count: 1, ...more })

test('incidents are told apart by member and number, and the newest are kept', () => {
  const incidents = new Incidents()
  incidents.take('a', [incident(1), incident(2)])
  incidents.take('b', [incident(2, { kind: 'refused' })])
  incidents.take('a', [incident(2, { count: 5 })])
  assert.deepEqual(incidents.list.map(({ key, count }) => [key, count]), [['a 2', 5], ['b 2', 1], ['a 1', 1]])
  assert.deepEqual([...incidents.counts], [['reset', 6], ['refused', 1]])
  assert.equal(incidents.since(2), 6)
  for (let number = 3; number < 3 + MOST; number += 1) incidents.take('a', [incident(number)])
  assert.equal(incidents.list.length, MOST)
  assert.equal(incidents.list.at(-1).number, 3)
})

test('it is noticed when more has happened than was told', () => {
  const incidents = new Incidents()
  assert.equal(incidents.take('a', []), false)
  assert.equal(incidents.take('a', [incident(1)]), false)
  assert.equal(incidents.take('a', [incident(1), incident(2)]), false)
  assert.equal(incidents.take('a', [incident(4), incident(5)]), true)
  assert.equal(incidents.take('b', Array.from({ length: 32 }, (_, index) => incident(index + 40))), true)
})

test('what would hide in a name is seen', () => {
  assert.equal(visible('a\u202Eb\u0000c\u200Dd\nе'), 'a⟨U+202E⟩b⟨U+0000⟩c⟨U+200D⟩d⟨U+000A⟩е')
  assert.equal(visible('<b>&amp;日本🎉'), '<b>&amp;日本🎉')
  assert.equal(visible('\uD800'), '⟨U+D800⟩')
  assert.equal(visible('x'.repeat(20), 5), 'xxxxx…')
  assert.equal(visible('a🎉', 2), 'a…')
})

test('every view has an address, and every topic', () => {
  for (const topic of ['news', 'a/b?c#d%', '<img src=x>', '日本🎉', '%', ' ']) {
    assert.deepEqual([readRoute(topicAddress(topic)).view, readRoute(topicAddress(topic)).topic], ['topic', topic])
  }
  assert.equal(readRoute(address('streams', { subject: 'a&b', topic: '' })).query.get('subject'), 'a&b')
  assert.equal(readRoute('#streams?topic=a%3Fb').query.get('topic'), 'a?b')
  for (const hash of ['', '#', '#nowhere', '#topic/', '#topic/%ff', '#__proto__']) assert.equal(readRoute(hash).view, 'cluster')
})

test('numbers have their units', () => {
  const shown = [count(12345), rate(0), rate(2), rate(1234.5), bytes(0), bytes(1536), bytes(2 ** 40), throughput(1536), seconds(0), seconds(0.00312)]
  assert.deepEqual(shown.map(text), ['12,345', '0/s', '2.00/s', '1,235/s', '0 B', '1.50 KiB', '1 TiB', '1.50 KiB/s', '0 s', '3.12 ms'])
  assert.deepEqual([59, 60, 3725, 90_000, 864_000].map((value) => text(seconds(value))), ['59 s', '1 min', '1 h 2 min', '1 d 1 h', '10 d'])
  assert.deepEqual([undefined, null, NaN].map((value) => text(count(value))), ['–', '–', '–'])
})

const streams = (member, count, ...names) => ({ member, count, streams: names.map((stream) => ({ stream })) })

test('a stream that ended is shown a little longer, and one that was not told has not ended', () => {
  const list = new StreamList()
  list.take([streams('a', 2, '1', '2'), streams('b', 300, '1', '2')], 0)
  list.take([streams('a', 1, '2'), streams('b', 300, '2', '3')], 2000)
  assert.deepEqual(list.entries.map(([key, { hasEnded }]) => [key, hasEnded]), [['a 1', true], ['a 2', false], ['b 1', false], ['b 2', false], ['b 3', false]])
  assert.equal(list.count, 301)
  list.take([streams('a', 1, '2')], 13_000)
  assert.deepEqual(list.entries.map(([key]) => key), ['a 2'])
})

/** A hub that has topics of some names. */
function lister(names) {
  return {
    topic: async (topic) => (names.includes(topic) ? { topic, events: 7 } : undefined),
    topics: async ({ after = '', limit }) => {
      const rest = names.filter((name) => name > after)
      return { topics: rest.slice(0, limit).map((topic) => ({ topic, events: 5 })), ...(rest.length > limit ? { next: rest[limit - 1] } : {}) }
    },
  }
}

test('topics are found by how their names begin, and busy ones by any part', async () => {
  const rooms = Array.from({ length: 70 }, (_, index) => `room/${String(index).padStart(2, '0')}`)
  const list = new TopicList(lister(['a', ...rooms, 'roomy']))
  list.open({ find: 'room/', order: 'busiest' })
  await list.load()
  list.meet(['my/room/', 'room/03', 'other'])
  assert.deepEqual(list.page.slice(0, 4), ['my/room/', 'room/03', 'room/00', 'room/01'])
  assert.equal(list.page.length, 51)
  assert.deepEqual(['my/room/', 'room/03', 'room/00'].map((topic) => list.held(topic)), [undefined, 5, 5])
  await list.renew()
  assert.deepEqual(['my/room/', 'room/03', 'room/00'].map((topic) => list.held(topic)), [0, 7, 7])
  assert.equal(list.turn(-1), false)
  assert.equal(list.turn(1), true)
  await list.load()
  assert.deepEqual(list.page, rooms.slice(50))
  assert.equal(list.hasNext, false)
  list.open({ find: 'a', order: 'name' })
  await list.load()
  assert.deepEqual(list.page, ['a'])
  assert.equal(list.held('a'), 7)
})

test('the busiest keep their places until somebody sorts them', async () => {
  const list = new TopicList(lister([]))
  list.open({ find: '', order: 'busiest' })
  const names = Array.from({ length: 60 }, (_, index) => `t${index}`)
  // At first their rates are not known.
  for (const known of [[...names].reverse(), names, names]) list.meet(known)
  assert.deepEqual(list.page, names.slice(0, 50))
  list.meet(['new', ...[...names].reverse()])
  assert.deepEqual(list.page, names.slice(0, 50))
  assert.equal(list.hasOvertaken, true)
  list.sort(['new', ...names])
  assert.equal(list.page[0], 'new')
  assert.equal(list.hasOvertaken, false)
})

/** Has time stand still but for what the result is called with, in milliseconds. */
function holdTimers(t) {
  const { setTimeout, clearTimeout } = globalThis
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }))
  const timers = new Set()
  let now = 0
  globalThis.setTimeout = (work, wait) => {
    const timer = { work, due: now + wait }
    timers.add(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => timers.delete(timer)
  return (milliseconds) => {
    now += milliseconds
    for (const timer of timers) if (timer.due <= now && timers.delete(timer)) timer.work()
  }
}

test('it asks every two seconds, never twice at a time, and not while nobody looks', async (t) => {
  const tick = holdTimers(t)
  globalThis.document = Object.assign(new EventTarget(), { hidden: false })
  t.after(() => delete globalThis.document)
  const asked = []
  const pulse = new Pulse(() => new Promise((resolve) => asked.push(resolve)))
  const answer = async (pause) => {
    asked.at(-1)(pause)
    await new Promise(setImmediate)
  }
  const look = (hidden) => {
    document.hidden = hidden
    document.dispatchEvent(new Event('visibilitychange'))
  }
  pulse.start()
  for (let again = 0; again < 3; again += 1) pulse.now()
  tick(60_000)
  assert.equal(asked.length, 1)
  await answer()
  tick(0)
  assert.equal(asked.length, 2, 'it was wanted meanwhile')
  await answer()
  tick(1900)
  assert.equal(asked.length, 2)
  tick(100)
  assert.equal(asked.length, 3)
  look(true)
  await answer()
  tick(60_000)
  assert.equal(asked.length, 3)
  look(false)
  assert.equal(asked.length, 4)
  await answer(30_000)
  tick(29_000)
  assert.equal(asked.length, 4)
  pulse.stop()
  tick(60_000)
  assert.equal(asked.length, 4)
})
