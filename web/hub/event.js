/**
 * An event, as every transport hands it over.
 * @typedef {object} Received
 * @property {string} type
 * @property {string} data
 * @property {string} [topic]
 * @property {string} [id] Absent where the event is no place in the stream.
 */

/**
 * An event or a reset in the JSON of the hub.
 * @typedef {{ id?: string, topic?: string, event?: string, data?: string, retry?: number }} JSONEvent
 */

/** An event of the hub: a MessageEvent that knows its topic. */
export class HubEvent extends MessageEvent {
  /** The topic. Empty where the event has none, as `hub.close`. @type {string} */
  topic

  /**
   * @param {string} type
   * @param {{ data: string, topic?: string, lastEventId?: string, origin?: string }} details
   */
  constructor(type, { data, topic = '', lastEventId, origin }) {
    super(type, { data, lastEventId, origin })
    this.topic = topic
  }

  /** What the data is as JSON. */
  json() {
    return JSON.parse(this.data)
  }
}

/** Tells that the connection was lost, or will not be. */
export class HubErrorEvent extends Event {
  /** @type {import('./error.js').HubError} */
  error

  /** @param {import('./error.js').HubError} error */
  constructor(error) {
    super('error')
    this.error = error
  }
}
