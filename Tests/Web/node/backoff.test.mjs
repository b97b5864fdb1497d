import assert from 'node:assert/strict'
import test from 'node:test'
import { backoff } from '../../../web/hub/backoff.js'
import { readRetryAfter } from '../../../web/hub/error.js'

test('the range of the pause doubles with every failure, up to half a minute', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backoff(failures, undefined, () => 1))
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('the pause is random in all of its range', () => {
  const pauses = Array.from({ length: 2000 }, () => backoff(3))
  for (const tenth of Array(10).keys()) {
    const count = pauses.filter((pause) => pause >= tenth * 400 && pause < (tenth + 1) * 400).length
    assert.ok(count > 100 && count < 300, `${count} of 2000 in tenth ${tenth}`)
  }
})

test('what the hub asked for is kept, within reason', () => {
  assert.equal(backoff(0, 7000, () => 0), 7000)
  assert.equal(backoff(2, 7000, () => 0.5), 8000)
  assert.equal(backoff(0, 1e12, () => 0), 3_600_000)
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  assert.equal(readRetryAfter('3', now), 3000)
  assert.equal(readRetryAfter('Sat, 31 Jan 2026 12:00:05 GMT', now), 5000)
  assert.equal(readRetryAfter('Sat, 31 Jan 2026 11:00:00 GMT', now), 0)
  for (const field of [null, '', 'soon']) assert.equal(readRetryAfter(field, now), undefined)
})
