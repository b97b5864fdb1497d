import { Hub } from '../hub.js'
import { Log } from './log.js'

const TOPIC = 'private/demo'

/**
 * A topic that opens to whoever signs in, which here is to paste a token: the hub checks tokens, and makes none for anybody. The token is
 * kept in memory alone, and goes to the hub in a header field, so that it is in no address and no log.
 */
export class PrivateTopic {
  #section
  #base
  #log
  /** @type {Hub | undefined} */
  #hub
  #claims = {}

  /** @param {HTMLElement} section @param {string} base */
  constructor(section, base) {
    this.#section = section
    this.#base = base
    this.#log = new Log(this.#find('.log'))
    this.#find('#sign-in').addEventListener('submit', (event) => this.#signIn(event))
    this.#find('#whisper').addEventListener('submit', (event) => this.#publish(event))
    this.#find('#sign-out').addEventListener('click', () => this.#signOut(this.#farewell))
    this.#look()
  }

  #find(selector) {
    return this.#section.querySelector(selector)
  }

  /** Finds out whether anything is private here. */
  async #look() {
    const answer = await fetch(new URL(`poll?topic=${TOPIC}`, this.#base)).catch(() => undefined)
    this.#show(answer?.ok ? 'open' : 'out')
  }

  /** @param {'open' | 'out' | 'in'} state */
  #show(state, text = '') {
    this.#section.dataset.state = state
    for (const part of this.#section.querySelectorAll('[data-in]')) part.hidden = part.dataset.in !== state
    this.#find('[role=status]').textContent = text
  }

  #signIn(event) {
    event.preventDefault()
    const field = this.#find('#token')
    const token = field.value.trim()
    this.#claims = readClaims(token) ?? {}
    if (readClaims(token) === undefined) return this.#show('out', 'That is no token, which has three parts with dots between them.')
    field.value = ''
    this.#show('out', 'The hub looks at the token…')
    this.#hub?.close()
    // A page of an application would ask its own server each time, and so go on when a token ends. This one has the one that was pasted.
    const hub = new Hub(this.#base, { topics: TOPIC, transports: ['sse'], token: () => token })
    this.#hub = hub
    hub.onopen = () => this.#open()
    hub.onmessage = ({ data }) => this.#log.add(data, new Date().toLocaleTimeString())
    hub.onerror = ({ error }) => {
      const what = error.message.replace(/^\d+ /, '')
      if (hub.readyState === Hub.CLOSED) this.#signOut(`The hub says: ${what}.`)
      else this.#find('[role=status]').textContent = `${what}; the page tries again.`
    }
  }

  #open() {
    const isNew = this.#section.dataset.state !== 'in'
    const { sub, exp } = this.#claims
    this.#show('in', `Signed in as ${sub ?? 'somebody'}${exp ? `, until ${timeOf(exp)}` : ''}.`)
    if (isNew) this.#find('#whisper-text').focus()
  }

  get #farewell() {
    const { exp } = this.#claims
    return `The page has forgotten the token${exp ? `, which is good until ${timeOf(exp)} for whoever else has it` : ''}.`
  }

  #signOut(text) {
    this.#hub?.close()
    this.#hub = undefined
    this.#log.clear()
    const hadFocus = this.#section.contains(document.activeElement)
    this.#show('out', text)
    if (hadFocus) this.#find('#token').focus()
  }

  async #publish(event) {
    event.preventDefault()
    const field = this.#find('#whisper-text')
    try {
      await this.#hub?.publish(TOPIC, field.value)
      field.value = ''
    } catch (error) {
      this.#log.add(error.message, undefined, true)
    }
  }

  /** Nobody looks, or somebody does again. */
  rest(isHidden) {
    if (isHidden) this.#hub?.pause()
    else this.#hub?.resume()
  }
}

/** @param {number} seconds Since 1970. */
function timeOf(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString()
}

/** What a token says; `undefined` for what is no token. */
function readClaims(token) {
  try {
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')))
    return token.split('.').length === 3 && claims !== null && typeof claims === 'object' ? claims : undefined
  } catch {
    return undefined
  }
}
