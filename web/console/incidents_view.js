import { clock } from './clock.js'
import { element, fromTemplate, slot, write, writeQuantity } from './elements.js'
import { MOST } from './incidents.js'
import { KeyedRows } from './keyed_rows.js'
import { linkStreams, linkTopic } from './naming.js'
import { Pager } from './pager.js'
import { count, text } from './quantities.js'
import { address } from './route.js'
import { visible } from './visible.js'

const SIZE = 50
const KINDS = { reset: 'reset', slow: 'slow', skipped: 'skipped', closed: 'closed', refused: 'refused' }

/** What went wrong for somebody, the newest first. */
export class IncidentsView {
  title = 'Incidents'
  #incidents
  #section
  #rows
  #pager
  /** The kinds that are not shown. */
  #without = new Set()
  /** What was there when somebody wanted it to stand still. @type {any[] | undefined} */
  #held
  /** The keys of those that were there when they were shown last. @type {Set<string>} */
  #seen = new Set()

  /** @param {HTMLElement} section @param {any} context */
  constructor(section, { incidents, cluster }) {
    this.#section = section
    this.#incidents = incidents
    this.#rows = new KeyedRows(this.#find('#incident-rows'), () => makeRow((member) => cluster.nameOf(member)))
    this.#pager = new Pager(this.#find('#incident-pages'), SIZE, () => this.show())
    this.#find('#kinds').append(...Object.keys(KINDS).map((kind) => this.#makeChoice(kind)))
    this.#find('#hold').addEventListener('click', () => this.#hold())
  }

  #find(selector) {
    return this.#section.querySelector(selector)
  }

  /** @param {import('./route.js').Route} route */
  open({ query }) {
    this.#without = new Set(query.getAll('without'))
    for (const box of this.#section.querySelectorAll('#kinds input')) box.checked = !this.#without.has(box.value)
    this.#pager.reset()
  }

  /** The reports have it all. */
  async refresh() {}

  show() {
    const { list, counts } = this.#incidents
    const all = this.#held ?? (this.#isRead ? list.filter(({ key }) => this.#seen.has(key)) : list)
    this.#seen = new Set(all.map(({ key }) => key))
    const wanted = all.filter(({ kind }) => !this.#without.has(kind))
    this.#rows.show(this.#pager.take(wanted).map((incident) => [incident.key, incident]))
    for (const kind of Object.keys(KINDS)) write(this.#find(`[data-count=${kind}]`), text(count(counts.get(kind) ?? 0)))
    write(this.#find('#incidents-told'), this.#told(list, all, wanted))
  }

  /** Whether somebody points at the list, or is in it with the keyboard: nothing moves under a hand. */
  get #isRead() {
    const table = this.#find('table')
    return this.#seen.size > 0 && (table.matches(':hover') || table.contains(document.activeElement))
  }

  #told(list, all, wanted) {
    const fresh = list.filter(({ key }) => !this.#seen.has(key)).length
    if (this.#held) return fresh > 0 ? `Paused. ${text(count(fresh))} new meanwhile.` : 'Paused.'
    if (fresh > 0) return `${text(count(fresh))} new, which come when you leave the list.`
    if (list.length === 0) return 'Nothing has happened that the members remember.'
    if (wanted.length === 0) return 'Nothing of these kinds.'
    return list.length === MOST ? `The newest ${MOST}.` : ''
  }

  #makeChoice(kind) {
    const box = element('input', { type: 'checkbox', id: `kind-${kind}`, value: kind })
    box.addEventListener('change', () => this.#choose(kind, box.checked))
    const label = element('label', { for: `kind-${kind}` }, KINDS[kind], ' ', element('span', { class: 'many', 'data-count': kind }))
    return element('div', { class: 'check' }, box, label)
  }

  #choose(kind, isWanted) {
    if (isWanted) this.#without.delete(kind)
    else this.#without.add(kind)
    const query = new URLSearchParams([...this.#without].map((kind) => ['without', kind]))
    history.replaceState(null, '', query.size > 0 ? `${address('incidents')}?${query}` : address('incidents'))
    this.#pager.reset()
    this.show()
  }

  #hold() {
    this.#held = this.#held ? undefined : this.#incidents.list
    const button = this.#find('#hold')
    button.setAttribute('aria-pressed', String(this.#held !== undefined))
    this.show()
  }
}

function makeRow(nameOf) {
  const row = fromTemplate('incident-row')
  return {
    row,
    show({ at, kind, reason, count: times, topic, client, subject, transport, member }) {
      const time = new Date(at * 1000)
      slot(row, 'time').dateTime = time.toISOString()
      write(slot(row, 'time'), clock(time.getTime()))
      slot(row, 'kind').dataset.state = kind
      write(slot(row, 'kind'), KINDS[kind] ?? visible(kind, 20))
      write(slot(row, 'reason'), visible(reason, 300))
      writeQuantity(slot(row, 'count'), count(times))
      linkTopic(slot(row, 'topic'), topic)
      linkStreams(slot(row, 'client'), 'client', client)
      linkStreams(slot(row, 'subject'), 'subject', subject)
      write(slot(row, 'transport'), transport === null ? '' : visible(transport, 20))
      write(slot(row, 'host'), visible(nameOf(member), 60))
    },
  }
}
