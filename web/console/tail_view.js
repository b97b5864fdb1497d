import { clock } from './clock.js'
import { element, write, writeQuantity } from './elements.js'
import { bytes, count, text } from './quantities.js'
import { Tail } from './tail.js'
import { byteLength, visible } from './visible.js'

/** How many events are shown. */
const MOST = 200
/** How many characters of an event's data are kept to be shown. */
const LONGEST = 2000
/** How near to its end the list follows what comes, in pixels. */
const NEAR = 24

/** The tail of a topic: which events come, and what is in them only if somebody asks for it. */
export class TailView {
  #form
  #scroll
  #body
  #told
  #access
  #tail = new Tail((event) => this.#take(event), (what, isOver) => this.#tell(what, isOver))
  #topic = ''
  /** What came since the last frame. */
  #fresh = []
  /** The data of the events that are shown. @type {Map<HTMLElement, string>} */
  #data = new Map()
  #number = 0
  #said = ''

  /** @param {HTMLElement} section @param {() => { url: string, token?: string }} access */
  constructor(section, access) {
    this.#access = access
    this.#form = section.querySelector('#tail')
    this.#scroll = section.querySelector('#tail-scroll')
    this.#body = section.querySelector('#tail-rows')
    this.#told = section.querySelector('#tail-told')
    this.#form.addEventListener('submit', (event) => this.#toggle(event))
    this.#showing.addEventListener('change', () => this.#showData())
  }

  get #showing() {
    return this.#form.querySelector('#show-data')
  }

  get #start() {
    return this.#form.querySelector('#tail-start')
  }

  /** Another topic is looked at. @param {string} topic */
  open(topic) {
    this.close()
    this.#topic = topic
    this.#showing.checked = false
    this.#clear()
    this.#tell('Not listening.', true)
  }

  close() {
    this.#tail.stop()
  }

  /** @param {boolean} isHidden */
  rest(isHidden) {
    this.#tail.rest(isHidden)
  }

  #toggle(event) {
    event.preventDefault()
    if (this.#tail.isRunning) {
      this.close()
      return this.#tell('Stopped.', true)
    }
    this.#clear()
    this.#tail.start(this.#access(), this.#topic, this.#form.querySelector('#from').value)
    write(this.#start, 'Stop')
  }

  #clear() {
    this.#body.replaceChildren()
    this.#data.clear()
    this.#fresh = []
    this.#number = 0
  }

  /** Says how it is; the number of events, which changes all the time, is for the eye alone. */
  #tell(what, isOver) {
    this.#said = what
    if (isOver) write(this.#start, 'Start')
    write(this.#told, what)
  }

  #take(event) {
    this.#number += 1
    if (this.#fresh.length === 0) requestAnimationFrame(() => this.#draw())
    this.#fresh.push({ ...event, at: Date.now(), size: byteLength(event.data), data: visible(event.data, LONGEST) })
    if (this.#fresh.length > MOST) this.#fresh.shift()
  }

  #draw() {
    const isAtEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR
    this.#body.append(...this.#fresh.map((event) => this.#row(event)))
    this.#fresh = []
    while (this.#body.childElementCount > MOST) {
      this.#data.delete(this.#body.firstElementChild)
      this.#body.firstElementChild.remove()
    }
    if (isAtEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight
  }

  #row({ id, name, at, size, data }) {
    const cell = (content, attributes) => element('td', { role: 'cell', ...attributes }, content)
    const quantity = element('span', { class: 'quantity' })
    writeQuantity(quantity, bytes(size))
    const label = element('bdi', {}, name === '' ? 'message' : visible(name, 256))
    const row = element('tr', { role: 'row' }, cell(clock(at)), cell(element('code', {}, visible(id, 80))), cell(label), cell(quantity, { class: 'number' }))
    if (name === '') label.className = 'unnamed'
    this.#data.set(row, data)
    if (this.#showing.checked) addData(row, data)
    return row
  }

  #showData() {
    for (const [row, data] of this.#data) {
      if (this.#showing.checked) addData(row, data)
      else row.querySelector('pre')?.remove()
    }
  }
}

function addData(row, data) {
  row.children[2].append(element('pre', {}, data))
}
