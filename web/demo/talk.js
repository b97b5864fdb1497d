import { Log } from './log.js'

/** Sends what is typed on the WebSocket, and shows it as it comes back. */
export function runEcho(form, hub, topic) {
  const log = new Log(form.querySelector('.log'))
  const sent = new Map()
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = form.elements.text.value
    const key = `${topic}-${Math.random().toString(36).slice(2)}`
    sent.set(key, performance.now())
    try {
      await hub.publish(topic, { key, text }, { key })
      form.elements.text.select()
    } catch (error) {
      sent.delete(key)
      log.add(error.message, undefined, true)
    }
  })
  hub.addEventListener('message', (event) => {
    if (event.topic !== topic) return
    const { key, text } = JSON.parse(event.data)
    const start = sent.get(key)
    if (!sent.delete(key)) return
    log.add(text, `back in ${(performance.now() - start).toFixed(1)} ms`)
  })
}

/** Publishes what is typed, and shows what anyone publishes. */
export function runPublishing(form, hub, base) {
  const log = new Log(form.querySelector('.log'))
  const names = new Set()
  const show = (event) => {
    if (event.topic !== 'demo') return
    log.add(event.type === 'message' ? event.data : `${event.type}: ${event.data}`, new Date().toLocaleTimeString())
  }
  const listen = (name) => {
    if (names.has(name)) return
    names.add(name)
    hub.addEventListener(name, show)
  }
  listen('message')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { text, event: name, key } = form.elements
    if (name.value) listen(name.value)
    const complaint = await publish(base, { topic: 'demo', data: text.value, event: name.value || undefined }, key.value)
    if (complaint === undefined) return void (text.value = '')
    log.add(complaint.detail, undefined, true)
    if (complaint.status === 401) form.querySelector('#key-field').hidden = false
  })
}

/** The page has no publish key before someone types one, so this request is made by hand. */
async function publish(base, envelope, key) {
  const headers = { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) }
  try {
    const answer = await fetch(new URL('publish', base), { method: 'POST', headers, body: JSON.stringify(envelope) })
    return answer.ok ? undefined : await answer.json()
  } catch {
    return { detail: 'The hub can’t be reached.' }
  }
}
