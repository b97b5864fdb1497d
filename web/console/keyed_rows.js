/**
 * The rows of a table, by keys: what stays is updated in place, so that focus, selection and a reader's place last.
 * @template Value
 */
export class KeyedRows {
  #body
  #make
  /** @type {Map<string, { row: HTMLElement, show: (value: Value) => void }>} */
  #rows = new Map()

  /** @param {HTMLElement} body @param {(key: string) => { row: HTMLElement, show: (value: Value) => void }} make */
  constructor(body, make) {
    this.#body = body
    this.#make = make
  }

  /** @param {[string, Value][]} wanted In their order. */
  show(wanted) {
    const keys = new Set(wanted.map(([key]) => key))
    for (const [key, { row }] of this.#rows) {
      if (keys.has(key)) continue
      this.#leave(row)
      row.remove()
      this.#rows.delete(key)
    }
    let next = this.#body.firstElementChild
    for (const [key, value] of wanted) {
      const made = this.#rows.get(key) ?? this.#make(key)
      this.#rows.set(key, made)
      made.show(value)
      if (made.row === next) next = next.nextElementSibling
      else this.#body.insertBefore(made.row, next)
    }
  }

  get size() {
    return this.#rows.size
  }

  /** The focus goes on to a neighbour of a row that ends with it. */
  #leave(row) {
    if (!row.contains(document.activeElement)) return
    const neighbour = row.nextElementSibling ?? row.previousElementSibling
    neighbour?.querySelector('a[href], button')?.focus()
  }
}
