const LINE_END = /\r\n|\n|\r/g

/**
 * A block of an event stream, complete with its blank line.
 * @typedef {object} Block
 * @property {string} id The last event id, which an earlier block may have set.
 * @property {string} type `message` if the block names none.
 * @property {string | undefined} data `undefined` if the block has none: then it is no event, but its id counts.
 */

/**
 * Reads `text/event-stream` as the standard says (WHATWG HTML, 9.2.6), wherever its bytes are cut.
 *
 * A block that the end of the stream cuts short is never given out.
 */
export class EventStreamParser {
  // It takes one BOM away, and keeps the first bytes of a character until the others come.
  #decoder = new TextDecoder()
  #rest = ''
  #endedWithCR = false
  #data = ''
  #hasData = false
  #hasField = false
  #type = ''
  #id

  /** The reconnection time that the stream asks for, in milliseconds. @type {number | undefined} */
  retry

  /** @param {string} id The last event id so far. */
  constructor(id = '') {
    this.#id = id
  }

  /**
   * Takes the next bytes.
   * @param {Uint8Array} bytes
   * @returns {Block[]} The blocks that are complete now.
   */
  parse(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true })
    if (text === '') return []
    if (this.#endedWithCR && text[0] === '\n') text = text.slice(1)
    this.#endedWithCR = text.endsWith('\r')
    const blocks = []
    let start = 0
    for (const end of text.matchAll(LINE_END)) {
      const line = this.#rest + text.slice(start, end.index)
      this.#rest = ''
      start = Number(end.index) + end[0].length
      if (line !== '') this.#takeField(line)
      else if (this.#hasField) blocks.push(this.#endBlock())
    }
    this.#rest += text.slice(start)
    return blocks
  }

  /** @param {string} line */
  #takeField(line) {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (name === 'data') {
      this.#data += (this.#hasData ? '\n' : '') + value
      this.#hasData = true
    } else if (name === 'event') {
      this.#type = value
    } else if (name === 'id' && !value.includes('\0')) {
      this.#id = value
    } else if (name === 'retry' && /^[0-9]+$/.test(value)) {
      this.retry = Number(value)
    }
    this.#hasField = true
  }

  /** @returns {Block} */
  #endBlock() {
    const data = this.#hasData ? this.#data : undefined
    const block = { id: this.#id, type: this.#type || 'message', data }
    this.#data = ''
    this.#type = ''
    this.#hasData = false
    this.#hasField = false
    return block
  }
}
