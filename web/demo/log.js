const KEPT = 4

/** The lines of a list, the newest first. */
export class Log {
  #list

  constructor(list) {
    this.#list = list
  }

  add(text, aside, isFailure = false) {
    const line = document.createElement('li')
    line.classList.toggle('failed', isFailure)
    line.append(element(text), ...(aside === undefined ? [] : [element(aside)]))
    this.#list.prepend(line)
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove()
  }

  clear() {
    this.#list.replaceChildren()
  }
}

function element(text) {
  const span = document.createElement('span')
  span.textContent = text
  return span
}
