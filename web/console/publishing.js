import { write } from './elements.js'
import { visible } from './visible.js'

/** Publishes what an operator types. */
export class Publishing {
  #form
  #told
  #asker
  #topic = ''
  /** The same event is offered with the same key, so that it is not published twice when an answer is lost. */
  #key = newKey()

  /** @param {HTMLFormElement} form @param {import('./asker.js').Asker} asker */
  constructor(form, asker) {
    this.#form = form
    this.#told = form.querySelector('#publish-told')
    this.#asker = asker
    form.addEventListener('submit', (event) => this.#publish(event))
    form.addEventListener('input', () => (this.#key = newKey()))
  }

  /** @param {string} topic */
  open(topic) {
    this.#topic = topic
    this.#form.reset()
    this.#key = newKey()
    write(this.#told, '')
  }

  async #publish(event) {
    event.preventDefault()
    const topic = this.#topic
    const [name, data] = ['#event', '#data'].map((selector) => this.#form.querySelector(selector).value)
    write(this.#told, 'Publishing…')
    const told = await this.#asker.publish({ topic, data, key: this.#key, ...(name ? { event: name } : {}) }).then(
      ({ events }) => {
        this.#key = newKey()
        return `Published as ${visible(events[0].id, 80)}`
      },
      (error) => `Not published: ${error.message}`,
    )
    if (topic === this.#topic) write(this.#told, told)
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
