import { Asker } from './asker.js'
import { clock } from './clock.js'
import { Cluster } from './cluster.js'
import { ClusterView } from './cluster_view.js'
import { Confirmation } from './confirmation.js'
import { element, write } from './elements.js'
import { Incidents } from './incidents.js'
import { IncidentsView } from './incidents_view.js'
import { KeyForm } from './key_form.js'
import { Pulse } from './pulse.js'
import { readRoute } from './route.js'
import { StreamsView } from './streams_view.js'
import { TopicView } from './topic_view.js'
import { TopicsView } from './topics_view.js'
import { verdict } from './verdict.js'
import { visible } from './visible.js'

const VIEWS = { cluster: ClusterView, topics: TopicsView, topic: TopicView, streams: StreamsView, incidents: IncidentsView }
/** What is told beside the name of the incidents' view, in seconds. */
const RECENT = 300
const find = (selector) => document.querySelector(selector)

/** The page: one view at a time, and what is said above all of them. */
class Console {
  #asker = new Asker(document.baseURI)
  #cluster = new Cluster()
  #incidents = new Incidents()
  #pulse = new Pulse(() => this.#beat())
  #keyForm = new KeyForm(find('#key'), (key) => this.#useKey(key))
  /** @type {Record<string, any>} */
  #views = {}
  #route = readRoute(location.hash)
  #needsHistory = true
  /** Why the numbers stand still. @type {Error | undefined} */
  #failure
  /** When those of the view were told, in milliseconds. */
  #told = 0

  start() {
    const context = {
      asker: this.#asker,
      cluster: this.#cluster,
      incidents: this.#incidents,
      confirmation: new Confirmation(find('#confirm')),
      soon: () => this.#pulse.now(),
    }
    for (const [name, View] of Object.entries(VIEWS)) this.#views[name] = new View(find(`#${name}-view`), context)
    addEventListener('hashchange', () => this.#go(true))
    find('.skip').addEventListener('click', (event) => {
      event.preventDefault()
      find('main').focus()
    })
    find('#forget').addEventListener('click', () => this.#forgetKey())
    document.addEventListener('visibilitychange', () => this.#views.topic.rest(document.hidden))
    this.#go(false)
    this.#pulse.start()
  }

  get #view() {
    return this.#views[this.#route.view]
  }

  /** Follows the address. @param {boolean} takesFocus Whether somebody has gone from one view to another. */
  #go(takesFocus) {
    const before = this.#route.view
    this.#route = readRoute(location.hash)
    const { view } = this.#route
    if (before !== view) this.#views[before].close?.()
    this.#view.open(this.#route)
    this.#arrange()
    this.#view.show()
    if (takesFocus && before !== view) find(`#${view}-title`).focus()
    this.#pulse.now()
  }

  /** Shows the view, or the form without which there is nothing to be shown. */
  #arrange() {
    const { view } = this.#route
    const isOpen = !this.#keyForm.isAsking
    for (const name of Object.keys(VIEWS)) find(`#${name}-view`).hidden = !isOpen || name !== view
    find('#verdict').hidden = !isOpen
    find('#forget').hidden = !this.#asker.hasKey || !isOpen
    for (const link of document.querySelectorAll('nav [data-view]')) {
      const isCurrent = link.dataset.view === view || (view === 'topic' && link.dataset.view === 'topics')
      if (isCurrent) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    this.#showTitle()
  }

  /** Asks, and shows what is told. @returns {Promise<number | undefined>} How long to wait, if not as always. */
  async #beat() {
    const view = this.#view
    try {
      const answer = await this.#asker.ask({ ask: 'report', ...(this.#needsHistory ? { history: true } : {}) })
      this.#take(answer)
      if (this.#keyForm.isAsking) this.#open()
      await view.refresh()
      this.#told = this.#cluster.at
      this.#failure = undefined
    } catch (error) {
      if (error.isRefusal) return this.#askForKey(error)
      if (this.#keyForm.isAsking) this.#keyForm.ask(`${error.message}; the page tries again by itself`)
      this.#failure = error
    }
    this.#show()
    return this.#failure?.retryAfter
  }

  #take(answer) {
    this.#cluster.take(answer, Date.now())
    const isIncomplete = answer.members.map(({ member, incidents }) => this.#incidents.take(member, incidents)).some(Boolean)
    this.#needsHistory = isIncomplete && !this.#needsHistory
  }

  #show() {
    const { level, headline, reasons } = verdict(this.#cluster)
    const isKnown = this.#cluster.at > 0
    find('#verdict').dataset.level = isKnown ? level : 'none'
    if (isKnown) write(find('#headline'), headline)
    const list = find('#reasons')
    if (isKnown && [...list.children].map((item) => item.textContent).join('\n') !== reasons.map((reason) => visible(reason, 400)).join('\n')) {
      list.replaceChildren(...reasons.map((reason) => element('li', {}, visible(reason, 400))))
    }
    this.#showStanding()
    this.#showRecent()
    this.#showTitle()
    this.#view.show()
  }

  /** How many incidents there were in the last minutes, by the members' clocks. */
  #showRecent() {
    const now = Math.max(...this.#cluster.present.map(({ report }) => report.now))
    const recent = this.#incidents.since(now - RECENT)
    find('#recent').hidden = recent === 0
    write(find('#recent'), `${recent} lately`)
  }

  #showStanding() {
    const standing = find('#standing')
    const at = this.#told
    standing.dataset.level = this.#failure ? 'bad' : 'good'
    standing.setAttribute('role', this.#failure ? 'status' : 'presentation')
    if (!this.#failure) return write(standing, `as of ${clock(at)}`)
    write(standing, at > 0 ? `The numbers stand still since ${clock(at)}: ${this.#failure.message}` : `No answer: ${this.#failure.message}`)
  }

  #showTitle() {
    const lame = this.#cluster.members.filter(({ state }) => state !== 'ready' && state !== 'replaced').length
    const state = this.#failure ? ' (stands still)' : lame > 0 ? ` (${lame} not ready)` : ''
    document.title = this.#keyForm.isAsking ? 'Key wanted · CometHub console' : `${this.#view.title}${state} · CometHub console`
  }

  #useKey(key) {
    this.#asker.key = key
    this.#pulse.start()
  }

  #forgetKey() {
    this.#asker.key = ''
    location.reload()
  }

  #open() {
    this.#keyForm.close()
    this.#arrange()
    find(`#${this.#route.view}-title`).focus()
  }

  #askForKey({ message }) {
    const why = this.#asker.hasKey ? `The hub refuses this key: ${message}` : `The hub says: ${message}`
    this.#asker.key = ''
    this.#pulse.stop()
    this.#keyForm.ask(why)
    this.#arrange()
  }
}

new Console().start()
