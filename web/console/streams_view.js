import { element, fromTemplate, slot, write, writeQuantity } from './elements.js'
import { KeyedRows } from './keyed_rows.js'
import { linkStreams, linkTopic } from './naming.js'
import { Pager } from './pager.js'
import { bytes, count, seconds, text } from './quantities.js'
import { address } from './route.js'
import { StreamList } from './stream_list.js'
import { visible } from './visible.js'

const SIZE = 50
const KINDS = ['topic', 'client', 'subject']
const LABELS = { '': '', topic: 'Topic', client: 'Address', subject: 'Subject' }
/** How many topics of a stream are named. */
const NAMED = 3

/** The streams of a topic, an address or a subject, and their ends. */
export class StreamsView {
  title = 'Streams'
  #asker
  #cluster
  #confirmation
  #soon
  #section
  #rows
  #pager
  #list = new StreamList()
  /** What is asked for. @type {Record<string, string>} */
  #wanted = {}
  #isLoaded = false
  /** Why nothing can be found. */
  #mistake = ''
  /** What became of the last stream that was to be ended. */
  #outcome = ''

  /** @param {HTMLElement} section @param {any} context */
  constructor(section, { asker, cluster, confirmation, soon }) {
    this.#section = section
    this.#asker = asker
    this.#cluster = cluster
    this.#confirmation = confirmation
    this.#soon = soon
    this.#rows = new KeyedRows(this.#find('#stream-rows'), () => this.#makeRow())
    this.#pager = new Pager(this.#find('#stream-pages'), SIZE, () => this.show())
    this.#find('#find-streams').addEventListener('submit', (event) => this.#go(event))
    this.#find('#by').addEventListener('change', () => this.#choose())
  }

  #find(selector) {
    return this.#section.querySelector(selector)
  }

  /** @param {import('./route.js').Route} route */
  open({ query }) {
    const kind = KINDS.find((kind) => query.get(kind)) ?? ''
    this.#wanted = kind ? { [kind]: query.get(kind) } : {}
    this.#list = new StreamList()
    this.#isLoaded = false
    this.#outcome = ''
    this.#pager.reset()
    this.#find('#by').value = kind
    this.#find('#whose').value = query.get(kind) ?? ''
    this.#choose()
    write(this.#find('#streams-told'), 'Looking…')
  }

  async refresh() {
    const list = this.#list
    const answers = await this.#asker.ask({ ask: 'streams', ...this.#wanted }).then(
      ({ members }) => members,
      (error) => (error.isMistake ? error : Promise.reject(error)),
    )
    if (list !== this.#list) return
    this.#isLoaded = true
    this.#mistake = answers instanceof Error ? answers.message : ''
    if (!this.#mistake) list.take(answers, Date.now())
  }

  show() {
    const { entries } = this.#list
    this.#rows.show(this.#pager.take(entries))
    if (this.#isLoaded) write(this.#find('#streams-told'), [this.#outcome, this.#told(entries.length)].filter(Boolean).join(' '))
  }

  #told(shown) {
    const all = this.#list.count
    if (this.#mistake) return `The hub says: ${this.#mistake}`
    if (all === 0) return 'No such stream is open.'
    if (all > shown) return `There are more: ${text(count(shown))} are listed, up to 100 of each member. Look for a topic, an address or a subject.`
    return ''
  }

  #choose() {
    const kind = this.#find('#by').value
    const field = this.#find('#whose')
    write(this.#find('#whose-label'), LABELS[kind])
    this.#find('#whose-part').hidden = kind === ''
    field.required = kind !== ''
    if (kind === '') field.value = ''
  }

  #go(event) {
    event.preventDefault()
    const kind = this.#find('#by').value
    const hash = address('streams', kind ? { [kind]: this.#find('#whose').value } : {})
    // The same again is a new look.
    if (location.hash === hash) this.#soon()
    else location.hash = hash
  }

  #makeRow() {
    const row = fromTemplate('stream-row')
    const topics = slot(row, 'topics')
    let stream
    slot(row, 'end').addEventListener('click', () => this.#end(stream))
    return {
      row,
      show: (value) => {
        const isNew = stream?.topics.join('\0') !== value.topics.join('\0')
        stream = value
        if (isNew) topics.replaceChildren(...value.topics.slice(0, NAMED).map(topicLink))
        this.#showRow(row, value)
      },
    }
  }

  #showRow(row, { member, stream, transport, client, subject, topics, topicCount, age, state, slow, backlog, cursor, lag, hasEnded }) {
    row.dataset.presence = hasEnded ? 'gone' : 'here'
    write(slot(row, 'transport'), visible(transport, 20))
    write(slot(row, 'host'), visible(this.#cluster.nameOf(member), 60))
    write(slot(row, 'stream'), visible(stream, 40))
    linkStreams(slot(row, 'client'), 'client', client)
    linkStreams(slot(row, 'subject'), 'subject', subject)
    const more = topicCount - Math.min(topics.length, NAMED)
    write(slot(row, 'more'), more > 0 ? `and ${text(count(more))} more` : '')
    writeQuantity(slot(row, 'age'), seconds(age < 60 ? Math.floor(age) : age))
    slot(row, 'state').dataset.state = hasEnded ? 'gone' : state
    write(slot(row, 'state'), hasEnded ? 'ended' : visible(state, 20))
    slot(row, 'slow').hidden = !slow || hasEnded
    writeQuantity(slot(row, 'lag'), count(lag))
    writeQuantity(slot(row, 'backlog'), bytes(backlog))
    write(slot(row, 'cursor'), visible(cursor ?? '–', 80))
    slot(row, 'end').setAttribute('aria-label', `End stream ${visible(stream, 40)}…`)
    slot(row, 'end').setAttribute('aria-disabled', String(hasEnded))
  }

  async #end({ member, stream, transport, client, subject, hasEnded }) {
    if (hasEnded) return
    const whose = [subject, client].filter((part) => part !== null).map((part) => visible(part, 200)).join(' at ')
    const host = visible(this.#cluster.nameOf(member), 60)
    const isSure = await this.#confirmation.ask({
      question: 'End this stream?',
      subject: `${visible(stream, 40)}, ${visible(transport, 20)}${whose ? `, ${whose}` : ''}, on ${host}`,
      consequence: 'Its client is told so, and comes back by itself, perhaps to another member; it goes on from its place.',
      action: 'End the stream',
    })
    if (!isSure) return
    this.#outcome = await this.#asker.ask({ ask: 'end', member, stream }).then(
      ({ members }) => `Stream ${visible(stream, 40)} ${outcome(members)}.`,
      (error) => `Not ended: ${error.message}.`,
    )
    this.show()
    this.#soon()
  }
}

function topicLink(topic) {
  const link = element('a')
  linkTopic(link, topic)
  return link
}

/** @param {{ ended: boolean }[]} answers Of the one member that was asked, or of none. */
function outcome([answer]) {
  if (!answer) return 'was not ended: its member does not answer'
  return answer.ended ? 'was ended' : 'had ended before'
}
