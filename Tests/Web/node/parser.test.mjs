import assert from 'node:assert/strict'
import test from 'node:test'
import { EventStreamParser } from '../../../web/hub/parser.js'

const utf8 = new TextEncoder()

/** What a stream says when it comes in pieces of the given sizes, repeated. */
function read(stream, sizes = [Infinity], parser = new EventStreamParser()) {
  const bytes = typeof stream === 'string' ? utf8.encode(stream) : stream
  const blocks = []
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length]
    blocks.push(...parser.parse(bytes.subarray(at, at + size)))
    at += size
  }
  return blocks
}

const block = (data, type = 'message', id = '') => ({ id, type, data })

test('the examples of the standard mean what it says', () => {
  assert.deepEqual(read('data: YHOO\ndata: +2\ndata: 10\n\n'), [block('YHOO\n+2\n10')])
  const four = ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n'
  assert.deepEqual(read(four), [block('first event', 'message', '1'), block('second event'), block(' third event')])
  assert.deepEqual(read('data\n\ndata\ndata\n\ndata:'), [block(''), block('\n')])
  assert.deepEqual(read('data:test\n\ndata: test\n\n'), [block('test'), block('test')])
})

test('a block without data is no event, and its id counts', () => {
  assert.deepEqual(read('id: 7\n\ndata: x\n\n'), [block(undefined, 'message', '7'), block('x', 'message', '7')])
  assert.deepEqual(read('event: gone\n\ndata: x\n\n'), [block(undefined, 'gone'), block('x')])
})

test('an id with NUL is ignored, and an empty one is none', () => {
  assert.deepEqual(read('id: 1\n\nid: 2\0\ndata: x\n\nid:\ndata: y\n\n'), [
    block(undefined, 'message', '1'), block('x', 'message', '1'), block('y'),
  ])
})

test('retry counts if it is digits only', () => {
  const retryOf = (value) => {
    const parser = new EventStreamParser()
    parser.parse(utf8.encode(`retry:${value}\n`))
    return parser.retry
  }
  assert.deepEqual(['1500', ' 20', '0', '-1', '1.5', '1e3', '', '٣'].map(retryOf), [1500, 20, 0, ...Array(5).fill(undefined)])
})

test('one BOM is taken away, a second one is text', () => {
  for (const size of [1, 2, 100]) {
    assert.deepEqual(read('\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n', [size]), [block('a'), block(undefined), block('\uFEFFc')])
  }
})

test('what the end cuts short is never an event', () => {
  for (const stream of ['data: x', 'data: x\n', 'data: x\r', 'id: 1\ndata: x\n']) assert.deepEqual(read(stream), [])
})

test('bytes that are not UTF-8 become U+FFFD', () => {
  assert.deepEqual(read(Uint8Array.of(...utf8.encode('data: '), 0xff, 0xe2, 0x82, 10, 10)), [block('\uFFFD\uFFFD')])
})

test('generated streams say the same however they are cut', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = generator(seed)
    const { stream, expected, retry } = generate(random)
    for (const sizes of [[Infinity], [1], [2, 1, 3], Array.from({ length: 9 }, () => 1 + random(40))]) {
      const parser = new EventStreamParser()
      assert.deepEqual(read(stream, sizes, parser), expected, `seed ${seed}, pieces of ${sizes}`)
      assert.equal(parser.retry, retry, `seed ${seed}`)
    }
  }
})

/** Whole numbers below a bound; the same ones for the same seed. */
function generator(seed) {
  let state = seed * 2654435761
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

function generate(random) {
  const pick = (...values) => values[random(values.length)]
  const expected = []
  let stream = pick('', '\uFEFF')
  let id = ''
  let retry
  // A bare LF after a CR would be the CR's.
  const end = () => (stream.endsWith('\r') ? pick('\r', '\r\n') : pick('\n', '\r', '\r\n'))
  const line = (text) => (stream += text === '' ? end() : text + pick('\n', '\r', '\r\n'))
  for (let count = random(12); count > 0; count--) {
    let type = 'message'
    const data = []
    let hasField = false
    for (let lines = random(6); lines > 0; lines--) {
      const value = pick('x', ' y', 'a:b', 'blåbær', '日本🎉', '', '\u2028', 'id: no', `${random(5000)}`)
      const sent = value.startsWith(' ') || random(2) ? ` ${value}` : value
      const name = pick('data', 'data', 'event', 'id', 'retry', 'other', '')
      line(`${name}:${sent}`)
      if (name === 'data') data.push(value)
      if (name === 'event') type = value || 'message'
      if (name === 'id') id = value
      if (name === 'retry' && /^\d+$/.test(value)) retry = Number(value)
      hasField ||= name !== ''
    }
    line('')
    if (hasField) expected.push({ id, type, data: data.length ? data.join('\n') : undefined })
  }
  return { stream: stream + pick('', 'data: cut off'), expected, retry }
}
