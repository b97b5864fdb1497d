import { Board } from './board.js'
import { PrivateTopic } from './private.js'
import { runEcho, runPublishing } from './talk.js'

const base = new URL('.', document.baseURI).href
const echoTopic = `echo-${Math.random().toString(36).slice(2, 10)}`
const find = (selector) => document.querySelector(selector)

const board = new Board({ base, echoTopic, list: find('#board'), told: find('#told'), skew: find('#skew') })
runEcho(find('#echo'), board.hub('ws'), echoTopic)
runPublishing(find('#publish'), board.hub('sse'), base)
const privateTopic = new PrivateTopic(find('#private'), base)

find('#cut-all').addEventListener('click', () => board.cutAll())
for (const selector of ['#origin', '#origin-again', '#origin-of-token']) find(selector).textContent = location.origin
document.addEventListener('visibilitychange', () => {
  for (const part of [board, privateTopic]) part.rest(document.hidden)
})
// Rows that get nothing must show it too.
setInterval(() => board.show(), 1000)
