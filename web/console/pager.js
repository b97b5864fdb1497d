import { write } from './elements.js'

/** The part of a list that a page of it shows, and the buttons that turn pages. */
export class Pager {
  #nav
  #size
  #turned
  #page = 0
  #pages = 1

  /** @param {HTMLElement} nav @param {number} size How many a page has. @param {() => void} turned Another one is wanted. */
  constructor(nav, size, turned) {
    this.#nav = nav
    this.#size = size
    this.#turned = turned
    this.#button('previous').addEventListener('click', () => this.#turn(-1))
    this.#button('next').addEventListener('click', () => this.#turn(1))
  }

  #button(name) {
    return this.#nav.querySelector(`[data-page=${name}]`)
  }

  /** The part of a list that is on this page. @template Item @param {Item[]} list @returns {Item[]} */
  take(list) {
    this.#pages = Math.max(1, Math.ceil(list.length / this.#size))
    this.#page = Math.min(this.#page, this.#pages - 1)
    const start = this.#page * this.#size
    const part = list.slice(start, start + this.#size)
    this.#nav.hidden = this.#pages === 1
    write(this.#nav.querySelector('[data-page=place]'), `${start + 1} to ${start + part.length} of ${list.length}`)
    // They stay in the order of the keyboard, so that the focus is not lost at the last page.
    this.#button('previous').setAttribute('aria-disabled', String(this.#page === 0))
    this.#button('next').setAttribute('aria-disabled', String(this.#page === this.#pages - 1))
    return part
  }

  /** Begins with the first page again. */
  reset() {
    this.#page = 0
  }

  #turn(by) {
    const page = Math.min(Math.max(0, this.#page + by), this.#pages - 1)
    if (page === this.#page) return
    this.#page = page
    this.#turned()
  }
}
