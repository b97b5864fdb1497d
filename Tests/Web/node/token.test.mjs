// When a token is renewed.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readClaims, renewalDelay } from '../../../web/hub/token.js'
import { token } from './tokens.mjs'

/** The time before the end at which a token of so many seconds is renewed, in milliseconds. */
function margin(t, seconds, random) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
  const delay = renewalDelay(token(seconds), () => random)
  t.mock.timers.reset()
  return delay === undefined ? undefined : Math.round(seconds * 1000 - delay)
}

for (const [seconds, earliest, latest] of [[2, 1250, 1000], [10, 2000, 1600], [100, 20_000, 16_000], [86_400, 30_000, 24_000]]) {
  test(`a token of ${seconds} s is renewed between ${earliest} and ${latest} ms before its end`, (t) => {
    assert.deepEqual([margin(t, seconds, 0), margin(t, seconds, 1)], [earliest, latest])
  })
}

test('a token that has ended, is about to, or says nothing of its end is not renewed', (t) => {
  for (const seconds of [-60, 0, 1.25]) assert.equal(margin(t, seconds, 0), undefined)
  const payload = (text) => `e30.${Buffer.from(text).toString('base64url')}.x`
  for (const text of ['secret', 'a.b.c', '..', payload('{}'), payload('null'), payload('{"exp":"soon"}'), payload('[')]) {
    assert.equal(renewalDelay(text), undefined)
  }
  assert.equal(renewalDelay(undefined), undefined)
})

test('what a token says is read whatever characters it holds', () => {
  for (const sub of ['ada', 'Ünï 日本 🎉', '~~~???>>>']) {
    const claims = readClaims(token(60, { sub }))
    assert.equal(typeof claims.exp, 'number')
  }
})
