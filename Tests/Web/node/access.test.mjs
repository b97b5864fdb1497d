// Topics that need a token.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Hub } from '../../../web/hub.js'
import { Record, TestHub, eventually } from './hub.mjs'
import { problem, serve } from './server.mjs'
import { TOKEN_OPTIONS, source, token } from './tokens.mjs'
import { TRANSPORTS, only } from './transports.mjs'

function connect(t, url, options, ...types) {
  const hub = new Hub(url, { topics: 'private/a', ...options })
  t.after(() => hub.close())
  return new Record(hub, ...types)
}

/** Publishes numbers until it is told to stop. */
function numbersTo(server, topic) {
  const writer = { count: 0, isAtWork: true }
  const authorization = `Bearer ${token()}`
  const write = async () => {
    while (writer.isAtWork) {
      const headers = { Authorization: authorization }
      const answer = await fetch(`${server.url}publish?topic=${topic}`, { method: 'POST', headers, body: `${writer.count + 1}` })
      assert.equal(answer.status, 200)
      writer.count += 1
    }
  }
  const done = write()
  writer.stop = () => {
    writer.isAtWork = false
    return done
  }
  return writer
}

async function revoke(server, sub) {
  const headers = { Authorization: `Bearer ${token(60, { sub: 'root', admin: true })}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}revoke`, { method: 'POST', headers, body: JSON.stringify({ sub }) })
  assert.equal(answer.status, 200)
}

const numbered = (count) => Array.from({ length: count }, (_, index) => `${index + 1}`)

/** What a client was told must not hold any of its tokens. */
function assertSecret(client, tokens) {
  const told = [...client.errors.flatMap((error) => [error.message, error.stack]), client.hub.url, client.hub.lastEventId]
  for (const event of client.events) told.push(event.data, event.origin)
  for (const one of tokens) assert.ok(!told.join('\n').includes(one), 'a token was told')
}

for (const transport of TRANSPORTS) {
  test(`${transport}: a token opens what it grants, and publishes there`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const given = source()
    for (const right of [token(), given]) {
      const client = connect(t, server.url, { ...only(transport), token: right })
      await client.opened()
      const id = await client.hub.publish('private/a', 'hello')
      await client.received(1)
      assert.deepEqual([client.data, client.hub.lastEventId, client.errors], [['hello'], id, []])
      await assert.rejects(client.hub.publish('other', 'x'), { status: 403, kind: 'final' })
    }
    assert.equal(given.count, 1)
  })

  for (const [what, wrong, status, reason] of [
    ['no token', undefined, 401, /needs a token/],
    ['a function that has none', () => null, 401, /needs a token/],
    ['a text that is no token', 'wrong', 401, /malformed/],
    ['a token that others signed', token(60, { secret: 'x'.repeat(32) }), 401, /signature/],
    ['a token that has ended', token(-60), 401, /expired/],
    ['a token for something else', token(3600, { subscribe: ['else/*'] }), 403, /'private\/a'/],
  ]) {
    test(`${transport}: ${what} is refused, and the reason told`, async (t) => {
      const server = await TestHub.start(t, ...TOKEN_OPTIONS)
      const client = connect(t, server.url, { ...only(transport), token: wrong })
      await client.failed()
      assert.deepEqual([client.errors.length, client.errors[0].status, client.errors[0].kind], [1, status, 'final'])
      assert.match(client.errors[0].message, reason)
      assert.equal(client.hub.readyState, Hub.CLOSED)
      assertSecret(client, typeof wrong === 'string' ? [wrong] : [])
    })
  }

  test(`${transport}: tokens that end are renewed, and nothing is lost, doubled or told of it`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const short = source(() => token(3))
    const client = connect(t, server.url, { ...only(transport), token: short }, 'hub.close', 'hub.reset')
    await client.opened()
    const writer = numbersTo(server, 'private/a')
    await eventually('three tokens should be given', () => short.count >= 4)
    await writer.stop()
    await client.received(writer.count)
    assert.deepEqual([client.data, client.errors], [numbered(writer.count), []])
    assertSecret(client, short.given)
    // It is told that it goes on, but where it does not need another connection not even that.
    if (transport !== 'sse') assert.equal(client.opens, 1)
  })

  test(`${transport}: a stream whose token has ended goes on at once under another one`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    // So short a time is too little for a renewal.
    const short = source((count) => token(count === 1 ? 1.24 : 60))
    const client = connect(t, server.url, { ...only(transport), token: short }, 'hub.reset')
    await client.opened()
    const writer = numbersTo(server, 'private/a')
    await eventually('another token should be given', () => short.count === 2)
    await client.opened(2)
    await writer.stop()
    await client.received(writer.count)
    assert.deepEqual([client.data, client.errors], [numbered(writer.count), []])
  })

  test(`${transport}: a fixed token that ends is the end`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const fixed = token(2)
    const client = connect(t, server.url, { ...only(transport), token: fixed })
    await client.opened()
    await client.failed()
    assert.match(client.errors[0].message, /token has expired/)
    assert.deepEqual([client.errors.length, client.errors[0].kind, client.hub.readyState], [1, 'final', Hub.CLOSED])
    assertSecret(client, [fixed])
  })

  test(`${transport}: after a revocation a function is asked for another token, once`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const old = token()
    const [fixed, same, fresh] = [old, source(() => old), source()]
    const ends = [fixed, same].map((token) => connect(t, server.url, { ...only(transport), token }))
    const client = connect(t, server.url, { ...only(transport), token: fresh }, 'hub.reset')
    for (const one of [...ends, client]) await one.opened()
    await revoke(server, 'ada')
    await client.opened(2)
    await client.hub.publish('private/a', 'after it')
    await client.received(1)
    assert.deepEqual([client.data, client.errors, fresh.count], [['after it'], [], 2])
    for (const end of ends) {
      await end.failed()
      assert.match(end.errors[0].message, /token was revoked/)
      assert.deepEqual([end.errors.length, end.errors[0].kind, end.hub.readyState], [1, 'final', Hub.CLOSED])
      assertSecret(end, [old])
    }
    assert.equal(same.count, 2)
  })

  test(`${transport}: a function is asked again after a refusal, once`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const once = source((count) => (count === 1 ? token(-60) : token()))
    const always = source(() => token(-60))
    const [lucky, unlucky] = [once, always].map((token) => connect(t, server.url, { ...only(transport), token }))
    await lucky.opened()
    await unlucky.failed()
    assert.deepEqual([once.count, lucky.errors], [2, []])
    assert.deepEqual([always.count, unlucky.errors.length, unlucky.errors[0].status], [2, 1, 401])
    assert.equal(unlucky.hub.readyState, Hub.CLOSED)
  })

  test(`${transport}: a function that fails or hangs is asked again, as a hub that is away`, async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const secret = token()
    const failing = [
      () => Promise.reject(new Error(secret)),
      () => new Promise(() => {}),
      () => `${secret}\n`,
      () => ({ token: secret }),
    ]
    const given = source((count) => (failing.shift() ?? (() => token()))(count))
    const client = connect(t, server.url, { ...only(transport), token: given, connectTimeout: 2000 })
    await client.opened()
    assert.deepEqual(client.errors.map(({ kind }) => kind), ['network', 'network', 'network', 'network'])
    assert.match(client.errors[0].message, /function for the token failed/)
    assert.equal(client.errors[0].cause.message, secret)
    assert.match(client.errors[1].message, /no token came in time/)
    assert.equal(client.hub.transport, transport)
    for (const error of client.errors) assert.ok(!error.message.includes(secret))
  })
}

test('what is public needs no token, and a bad one is refused there too', async (t) => {
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const [without, bad] = [undefined, token(-60)].map((token) => connect(t, server.url, { topics: 'public/a', token }))
  await without.opened()
  await bad.failed()
  assert.equal(bad.errors[0].status, 401)
})

test('a renewal that fails is tried again while the stream goes on', async (t) => {
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const failing = source((count) => {
    if (count === 2) throw new Error('away')
    return token(count === 1 ? 10 : 60)
  })
  const client = connect(t, server.url, { ...only('sse'), token: failing })
  await client.opened(2)
  assert.deepEqual([failing.count, client.errors], [3, []])
})

test('a token that the function gives again is shown once', async (t) => {
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const same = token(4)
  const given = source((count) => (count < 3 ? same : token()))
  const client = connect(t, server.url, { ...only('sse'), token: given })
  await eventually('a renewal should be tried', () => given.count >= 2)
  await client.opened(2)
  assert.deepEqual([client.opens, client.errors], [2, []])
})

test('a publish shows the last token, and another one once that is about to end', async (t) => {
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const given = source((count) => token(count === 1 ? 0.9 : 60))
  const { hub } = connect(t, server.url, { token: given })
  hub.pause()
  for (const asked of [1, 2, 2]) {
    await hub.publish('private/a', 'x')
    assert.equal(given.count, asked)
  }
})

test('a token that is good for longer than a timer can run is asked for once', async (t) => {
  const warnings = []
  process.on('warning', (warning) => warnings.push(warning))
  t.after(() => process.removeAllListeners('warning'))
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const given = source(() => token(90 * 86_400))
  const client = connect(t, server.url, { ...only('sse'), token: given })
  await client.opened()
  for (let count = 1; count <= 20; count++) {
    await client.hub.publish('private/a', 'x')
    await client.received(count)
  }
  assert.deepEqual([given.count, client.opens, warnings], [1, 1, []])
})

test('a publish that is refused asks for another token, once', async (t) => {
  const server = await TestHub.start(t, ...TOKEN_OPTIONS)
  const wrong = () => token(60, { secret: 'x'.repeat(32) })
  const good = source((count) => (count === 1 ? wrong() : token()))
  const bad = source(wrong)
  const [first, second] = [good, bad].map((token) => connect(t, server.url, { topics: 'public/a', token }).hub)
  for (const hub of [first, second]) hub.pause()
  await first.publish('private/a', '1')
  await assert.rejects(second.publish('private/a', '2'), { status: 401, kind: 'final' })
  assert.deepEqual([good.count, bad.count], [2, 2])
})

if (TRANSPORTS.includes('ws')) {
  test('a WebSocket whose new token is of somebody else opens again', async (t) => {
    const server = await TestHub.start(t, ...TOKEN_OPTIONS)
    const given = source((count) => (count === 1 ? token(3) : token(60, { sub: 'grace' })))
    const client = connect(t, server.url, { ...only('ws'), token: given })
    await client.opened(2)
    assert.deepEqual([given.count, client.errors], [2, []])
  })

  test('a key stands in no address', async (t) => {
    const server = await TestHub.start(t, '--publish-key', 'secret')
    const addresses = []
    const WebSocket = class extends globalThis.WebSocket {
      constructor(url, protocols) {
        super(url, protocols)
        addresses.push(String(url))
      }
    }
    const fetch = (url, options) => {
      addresses.push(String(url))
      return globalThis.fetch(url, options)
    }
    const client = connect(t, server.url, { topics: 'news', ...only('ws'), token: 'secret', WebSocket, fetch })
    await client.opened()
    await client.hub.publish('news', 'x')
    await client.received(1)
    assert.equal(addresses.length, 2)
    assert.ok(addresses.every((address) => !address.includes('secret')))
  })
}

for (const transport of ['sse', 'long-poll', 'poll']) {
  test(`${transport}: the token is sent in a header field, with GET and POST`, async (t) => {
    const { requests, url } = await serve(t, (response, _, { method }) => problem(response, method === 'GET' ? 414 : 403))
    const right = token()
    const client = connect(t, url, { ...only(transport), token: right })
    await client.failed()
    assert.deepEqual(requests.map(({ method }) => method), ['GET', 'POST'])
    for (const { authorization, query, body } of requests) {
      assert.equal(authorization, `Bearer ${right}`)
      assert.ok(!`${query}${body}`.includes(right))
    }
  })
}

test('a token that can\'t be sent is refused without being told', () => {
  for (const wrong of ['ab\ncd', 'ab cd', 'abcdé', 7, {}]) {
    const make = () => new Hub('http://127.0.0.1', { topics: 'a', token: wrong })
    assert.throws(make, ({ name, message }) => name === 'TypeError' && /^token: it must be/.test(message) && !message.includes('ab'))
  }
})
