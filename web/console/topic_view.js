import { mergeTopics } from './busiest.js'
import { slot, write, writeParts, writeQuantity } from './elements.js'
import { Publishing } from './publishing.js'
import { count, rate, text } from './quantities.js'
import { address } from './route.js'
import { Series } from './series.js'
import { Sparkline } from './sparkline.js'
import { TailView } from './tail_view.js'
import { visible } from './visible.js'

/** One topic: what it holds, who listens, what comes; and what an operator may do with it. */
export class TopicView {
  #asker
  #cluster
  #confirmation
  #soon
  #section
  #tail
  #publishing
  #topic = ''
  /** Whether the hub says that there can be no such topic. */
  #isMistake = false
  /** What the members say of it. */
  #numbers
  /** What its buffer holds. */
  #status
  #series = new Series()
  #plot = new Sparkline('Events', (value) => text(rate(value)))

  /** @param {HTMLElement} section @param {any} context */
  constructor(section, { asker, cluster, confirmation, soon }) {
    this.#section = section
    this.#asker = asker
    this.#cluster = cluster
    this.#confirmation = confirmation
    this.#soon = soon
    this.#tail = new TailView(section, () => asker.access)
    this.#publishing = new Publishing(this.#find('#publish'), asker)
    slot(section, 'plot').append(this.#plot.element)
    this.#find('#drop').addEventListener('click', () => this.#drop())
  }

  #find(selector) {
    return this.#section.querySelector(selector)
  }

  get title() {
    return visible(this.#topic, 80)
  }

  /** @param {import('./route.js').Route} route */
  open({ topic }) {
    if (topic === this.#topic) return
    this.#topic = topic
    this.#numbers = this.#status = undefined
    this.#isMistake = false
    this.#series = new Series()
    this.#tail.open(topic)
    this.#publishing.open(topic)
    write(this.#find('#topic-name'), visible(topic))
    write(this.#find('#topic-told'), '')
    this.#find('#topic-streams').setAttribute('href', address('streams', { topic }))
  }

  close() {
    this.#tail.open('')
    this.#topic = ''
  }

  /** @param {boolean} isHidden */
  rest(isHidden) {
    this.#tail.rest(isHidden)
  }

  async refresh() {
    const topic = this.#topic
    if (this.#isMistake) return
    const question = this.#asker.ask({ ask: 'topics', topics: [topic] }).catch((error) => this.#miss(topic, error))
    const [{ members }, status] = await Promise.all([question, this.#asker.topic(topic).catch((error) => this.#miss(topic, error))])
    if (topic !== this.#topic) return
    this.#numbers = mergeTopics(members).get(topic)
    this.#status = this.#isMistake ? undefined : (status ?? { events: 0 })
    this.#series.add(this.#cluster.at, this.#numbers?.rate ?? undefined)
  }

  /** There can be no topic of that name. */
  #miss(topic, error) {
    if (!error.isMistake) throw error
    this.#isMistake = topic === this.#topic
    if (this.#isMistake) write(this.#find('#topic-told'), `The hub says: ${error.message}`)
    return { members: [] }
  }

  show() {
    const facts = this.#section
    writeQuantity(slot(facts, 'subscribers'), count(this.#numbers?.subscribers))
    writeParts(slot(facts, 'on'), this.#on)
    writeQuantity(slot(facts, 'rate'), rate(this.#numbers?.rate))
    writeQuantity(slot(facts, 'events'), count(this.#status?.events))
    write(slot(facts, 'oldest'), visible(this.#status?.oldest ?? '–', 80))
    write(slot(facts, 'latest'), visible(this.#status?.latest ?? '–', 80))
    this.#plot.show(this.#series, this.#cluster.at)
  }

  /** How many of the subscribers each member has. */
  get #on() {
    const host = (id) => visible(this.#cluster.nameOf(id), 60)
    return Object.entries(this.#numbers?.on ?? {}).map(([id, subscribers]) => `${host(id)} ${text(count(subscribers))}`)
  }

  async #drop() {
    const topic = this.#topic
    const held = this.#status?.events
    const isSure = await this.#confirmation.ask({
      question: 'Drop the replay buffer of this topic?',
      subject: visible(topic),
      consequence: `${held === undefined ? 'The events' : `${text(count(held))} events`} that are held for replay are gone on every member, for good. Subscribers that are connected go on; those that come back with an older cursor are told that events are missing.`,
      action: 'Drop the buffer',
    })
    if (!isSure) return
    const told = await this.#asker.drop(topic).then(() => 'Its buffer was dropped.', (error) => `Not dropped: ${error.message}`)
    if (topic === this.#topic) write(this.#find('#topic-told'), told)
    this.#soon()
  }
}
