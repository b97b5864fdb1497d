import { write } from './elements.js'

/** Asks for a key where the hub wants one. It goes to whoever asks, and stays nowhere else: not in the field, not in the browser's storage. */
export class KeyForm {
  #form
  #field
  #why
  #isAsking = false

  /** @param {HTMLFormElement} form @param {(key: string) => void} given */
  constructor(form, given) {
    this.#form = form
    this.#field = form.querySelector('input')
    this.#why = form.querySelector('[role=alert]')
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const key = this.#field.value.trim()
      this.#field.value = ''
      if (key) given(key)
    })
  }

  get isAsking() {
    return this.#isAsking
  }

  /** @param {string} why What the hub said. */
  ask(why) {
    this.#form.hidden = false
    write(this.#why, why)
    if (!this.#isAsking) this.#field.focus()
    this.#isAsking = true
  }

  close() {
    this.#form.hidden = true
    this.#isAsking = false
    write(this.#why, '')
  }
}
