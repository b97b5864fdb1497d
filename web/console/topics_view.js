import { fromTemplate, slot, write, writeQuantity } from './elements.js'
import { KeyedRows } from './keyed_rows.js'
import { byWork, mergeTopics } from './busiest.js'
import { count, rate } from './quantities.js'
import { linkTopic } from './naming.js'
import { address } from './route.js'
import { TopicList } from './topic_list.js'

/** How long a name may be typed without a look, in milliseconds. */
const TYPING = 250

/** Finds topics, and shows how busy they are. */
export class TopicsView {
  title = 'Topics'
  #asker
  #cluster
  #soon
  #section
  #list
  #rows
  #numbers = new Map()
  #typing

  /** @param {HTMLElement} section @param {{ asker: import('./asker.js').Asker, cluster: import('./cluster.js').Cluster, soon: () => void }} context */
  constructor(section, { asker, cluster, soon }) {
    this.#soon = soon
    this.#section = section
    this.#asker = asker
    this.#cluster = cluster
    this.#list = new TopicList(asker)
    this.#rows = new KeyedRows(this.#find('#topic-rows'), makeRow)
    this.#find('#find-topics').addEventListener('submit', (event) => this.#go(event))
    this.#find('#find').addEventListener('input', () => {
      clearTimeout(this.#typing)
      this.#typing = setTimeout(() => this.#go(), TYPING)
    })
    this.#find('#order').addEventListener('change', () => this.#go())
    this.#find('#sort-topics').addEventListener('click', () => this.#list.sort(this.#busiest) || this.show())
    for (const [page, turn] of [['previous', -1], ['next', 1]]) {
      this.#find(`[data-page=${page}]`).addEventListener('click', () => this.#turn(turn))
    }
  }

  #find(selector) {
    return this.#section.querySelector(selector)
  }

  /** @param {import('./route.js').Route} route */
  open({ query }) {
    clearTimeout(this.#typing)
    const [find, order] = ['find', 'order'].map((name) => query.get(name) ?? '')
    if (this.#find('#find').value !== find) this.#find('#find').value = find
    this.#find('#order').value = order
    this.#list.open({ find, order: order === 'name' ? 'name' : 'busiest' })
  }

  async refresh() {
    await this.#list.load()
    this.#list.meet(this.#busiest)
    const topics = this.#list.page
    if (topics.length === 0) return
    const { members } = await this.#asker.ask({ ask: 'topics', topics })
    this.#numbers = mergeTopics(members)
    await this.#list.renew()
  }

  show() {
    const { page, place, error, isLoaded } = this.#list
    // What was there before stays until there is something else, rather than to blink at every key.
    if (isLoaded) this.#rows.show(page.map((topic) => [topic, this.#known(topic)]))
    write(this.#find('#topics-told'), error ? `Names can’t be looked up: ${error.message}` : this.#told)
    this.#find('#sort-topics').hidden = !this.#list.isSortable
    write(this.#find('[data-page=place]'), place)
    this.#find('#topic-pages').hidden = !this.#list.hasPrevious && !this.#list.hasNext
    this.#find('[data-page=previous]').setAttribute('aria-disabled', String(!this.#list.hasPrevious))
    this.#find('[data-page=next]').setAttribute('aria-disabled', String(!this.#list.hasNext))
  }

  #known(topic) {
    return { topic, ...(this.#numbers.get(topic) ?? this.#merged.get(topic)), held: this.#list.held(topic) }
  }

  get #told() {
    const { page, isLoaded, find } = this.#list
    if (!isLoaded) return this.#rows.size > 0 ? '' : 'Looking…'
    if (page.length > 0) return this.#list.hasOvertaken ? 'Meanwhile others are busier than some of these.' : ''
    return find ? 'No topic’s name begins so.' : 'No topic is in use.'
  }

  get #merged() {
    return mergeTopics(this.#cluster.present.map(({ report }) => report))
  }

  get #busiest() {
    return byWork(this.#merged.values()).map(({ topic }) => topic)
  }

  /** What is typed and chosen becomes the address. */
  #go(event) {
    event?.preventDefault()
    clearTimeout(this.#typing)
    const [find, order] = ['#find', '#order'].map((selector) => this.#find(selector).value)
    history.replaceState(null, '', address('topics', { find, order }))
    this.#list.open({ find, order: order === 'name' ? 'name' : 'busiest' })
    this.#soon()
  }

  #turn(by) {
    if (!this.#list.turn(by)) return
    this.show()
    this.#soon()
  }
}

function makeRow() {
  const row = fromTemplate('topic-row')
  return {
    row,
    show({ topic, subscribers, rate: events, held }) {
      linkTopic(slot(row, 'name'), topic)
      writeQuantity(slot(row, 'subscribers'), count(subscribers))
      writeQuantity(slot(row, 'rate'), rate(events))
      writeQuantity(slot(row, 'events'), count(held))
    },
  }
}
