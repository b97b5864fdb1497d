/** How events get to the page. */
export type TransportName = 'sse' | 'ws' | 'long-poll' | 'poll' | 'iframe'

export interface HubOptions {
  /** What to listen to. */
  topics: string | string[]
  /** Which transports may be used, the best first; `sse`, `ws`, `long-poll` and `poll` by default. */
  transports?: TransportName[]
  /** Where to begin: the `lastEventId` of another time, `earliest`, or `latest` (the default). */
  cursor?: string
  /** Where to begin instead: a duration such as `10m`, or a time of RFC 3339. */
  since?: string
  /** What the page may do: a token, which is used to its end; or a function that gives one whenever one is needed; or a publish key. */
  token?: string | TokenSource
  /** Whether requests to another origin carry cookies. */
  withCredentials?: boolean
  /** How long a connection may take to begin, in milliseconds; 10000. */
  connectTimeout?: number
  /** How long a stream may be silent, in milliseconds; 45000. It must be more than the hub's `--heartbeat`. */
  heartbeatTimeout?: number
  /** The pause between two polls, in milliseconds; by default what the hub advises. */
  pollInterval?: number
  /** Whether tabs of one origin that listen to the same share a connection, where they can; `true`. */
  share?: boolean
  /** What to use instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** What to use instead of the global `WebSocket`. */
  WebSocket?: typeof globalThis.WebSocket
}

/**
 * Gives a token, or nothing for none. It is asked for every connection, before a token ends, and once after the hub has refused or revoked one.
 * If it throws, or takes longer than `connectTimeout`, it is asked again as a hub is that can't be reached.
 */
export type TokenSource = () => string | null | undefined | Promise<string | null | undefined>

export interface PublishOptions {
  /** The event's name. */
  event?: string
  /** How long clients should wait before they reconnect, in milliseconds. */
  retry?: number
  /** The idempotency key; by default one of the event's own. */
  key?: string
}

/**
 * An event that was published, or that the hub tells: a MessageEvent that knows its topic. One that was published under the name `open` or `error` is
 * told from the client's own by its class: `event instanceof HubEvent`.
 */
export class HubEvent<Data extends string = string> extends MessageEvent<Data> {
  /** The topic; empty where the event has none, as `hub.close`. */
  readonly topic: string
  /** What the data is as JSON, in the form that whoever publishes it has promised. */
  json<Value = unknown>(): Value
}

/** Tells that the connection was lost, or will not be. */
export class HubErrorEvent extends Event {
  readonly error: HubError
}

/** Why a connection ended, or a publish failed. */
export class HubError extends Error {
  /** What follows: another try, another transport, or the end. */
  readonly kind: 'network' | 'unsuited' | 'final'
  /** The HTTP status, if there was an answer. */
  readonly status?: number
  /** How long the hub asked to wait, in milliseconds. */
  readonly retryAfter?: number
}

/** What `hub.reset` events carry in their `data`, as JSON. */
export interface Reset {
  topic: string
  reason: 'trimmed' | 'lost' | 'unknown'
  requested: string
  oldest: string | null
  latest: string | null
}

/** What `hub.close` events carry in their `data`, as JSON. */
export interface Close {
  reason: 'drain' | 'shed' | 'slow' | 'expired' | 'revoked'
}

/** The events of which some are the client's own. */
export interface HubEventMap {
  open: Event | HubEvent
  error: HubErrorEvent | HubEvent
}

/** What takes events: a function, or an object with one. */
export type HubListener<Taken extends Event> = ((this: Hub, event: Taken) => void) | { handleEvent(event: Taken): void } | null

/** A stream of a hub's events, with the interface of an EventSource. */
export class Hub extends EventTarget {
  static readonly CONNECTING: 0
  static readonly OPEN: 1
  static readonly CLOSED: 2

  /**
   * Connects.
   * @param urls The address of the hub, or of several members of one cluster.
   */
  constructor(urls: string | URL | (string | URL)[], options: HubOptions)

  /** The connection works. Events that were published as `open` do not come here. */
  onopen: ((event: Event) => void) | null
  /** The events that were published without a name. */
  onmessage: ((event: HubEvent) => void) | null
  /** The connection is lost. Events that were published as `error` do not come here. */
  onerror: ((event: HubErrorEvent) => void) | null

  readonly readyState: 0 | 1 | 2
  /** The cursor with which to go on, now or another time; empty if there is none yet. */
  readonly lastEventId: string
  /** The address of the member in use. */
  readonly url: string
  /** The transport in use. */
  readonly transport: TransportName

  /** Ends the connection for good. */
  close(): void
  /** Ends the connection and keeps the place. */
  pause(): void
  /** Goes on after `pause`, from the same place. */
  resume(): void
  /**
   * Publishes an event, on one topic or several, once.
   * @returns The event's id.
   */
  publish(topic: string | string[], data: unknown, options?: PublishOptions): Promise<string>

  /** Takes the events of a name: those of `open` and `error` may be the client's own, all others were published. */
  addEventListener<Name extends keyof HubEventMap>(name: Name, listener: HubListener<HubEventMap[Name]>, options?: boolean | AddEventListenerOptions): void
  addEventListener<Data extends string = string>(name: string, listener: HubListener<HubEvent<Data>>, options?: boolean | AddEventListenerOptions): void
  removeEventListener<Name extends keyof HubEventMap>(name: Name, listener: HubListener<HubEventMap[Name]>, options?: boolean | EventListenerOptions): void
  removeEventListener<Data extends string = string>(name: string, listener: HubListener<HubEvent<Data>>, options?: boolean | EventListenerOptions): void
}
