const CELLS = 40

/** A row of the board: what is seen of one transport. */
export class Row {
  #element
  #cells = []

  /**
   * @param {{ title: string, text: string }} transport
   * @param {() => void} cut
   */
  constructor({ title, text }, cut) {
    const template = document.querySelector('#row')
    this.#element = template.content.firstElementChild.cloneNode(true)
    this.#find('h3').textContent = title
    this.#find('.name p').textContent = text
    this.#find('button').setAttribute('aria-label', `Cut ${title} for 5 seconds`)
    this.#find('button').addEventListener('click', cut)
    for (let cell = 0; cell < CELLS; cell++) this.#cells.push(document.createElement('span'))
    this.#find('.strip').append(...this.#cells)
    this.showStrip(new Map(), 0)
  }

  get element() {
    return this.#element
  }

  #find(selector) {
    return this.#element.querySelector(selector)
  }

  /**
   * @param {'connecting' | 'open' | 'cut' | 'closed'} state
   * @param {string} [text]
   */
  showState(state, text = state) {
    this.#element.dataset.state = state
    this.#find('.state').textContent = text
    const button = this.#find('button')
    // It stays in the order of the keyboard while it can't be used, so that the focus is not lost.
    button.setAttribute('aria-disabled', String(state === 'cut' || state === 'closed'))
  }

  /** @param {number} time In milliseconds since 1970. */
  showTime(time) {
    const element = this.#find('time')
    const date = new Date(time)
    element.dateTime = date.toISOString()
    element.textContent = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => `${n}`.padStart(2, '0')).join(':')
  }

  /** @param {Record<string, string>} numbers */
  showNumbers(numbers) {
    for (const [name, text] of Object.entries(numbers)) {
      const element = this.#find(`[data-number="${name}"]`)
      if (element.textContent !== text) element.textContent = text
      if (name === 'holes') element.classList.toggle('bad', text !== '0')
    }
  }

  /**
   * Shows how the last seconds were received.
   * @param {Map<number, string>} seconds
   * @param {number} newest
   */
  showStrip(seconds, newest) {
    let count = 0
    for (const [index, cell] of this.#cells.entries()) {
      const state = seconds.get(newest - CELLS + 1 + index)
      const name = state ? `tick ${state}` : 'tick'
      if (cell.className !== name) cell.className = name
      if (state) count += 1
    }
    this.#find('.strip').setAttribute('aria-label', `${count} of the last ${CELLS} seconds received`)
  }
}
