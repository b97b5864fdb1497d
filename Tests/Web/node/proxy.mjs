// A TCP proxy that stands where real ones do, and behaves as badly as they may.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as nap } from 'node:timers/promises'

export class Proxy {
  #pairs = new Set()
  /** The heads of the requests that came through. */
  heads = []
  /** How many pieces of answers came through. */
  passed = 0
  /** Whether what the hub sends on a connection is held back: given its first request. */
  holds = () => false
  /** Whether nothing comes through any more on a connection, and nobody is told: given what the client sends. */
  freezes = () => false
  /** How long what the hub sends takes to come through, in milliseconds. */
  delay = 0
  /** Whether connections end in the midst of the first answer. */
  truncates = false
  /** How many did. */
  truncated = 0
  /** Whether connections are refused. */
  isDown = false

  static async start(t, port) {
    const proxy = new Proxy()
    proxy.target = port
    proxy.server = createServer((near) => proxy.#accept(near)).listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    proxy.port = proxy.server.address().port
    proxy.url = `http://127.0.0.1:${proxy.port}/`
    t.after(() => {
      proxy.server.close()
      proxy.cut()
    })
    return proxy
  }

  /** Ends every connection at once, as a dying network does. */
  cut() {
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
    this.#pairs.clear()
  }

  /** From now on nothing comes through any more on the connections that there are, and nobody is told. */
  freeze() {
    for (const pair of this.#pairs) pair.isFrozen = true
  }

  #accept(near) {
    if (this.isDown) return near.destroy()
    const far = connect(this.target, '127.0.0.1')
    const pair = { near, far, isFrozen: false, held: undefined }
    this.#pairs.add(pair)
    near.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      this.heads.push(text)
      if (this.freezes(text)) pair.isFrozen = true
      pair.held = this.holds(text) ? [] : undefined
      far.write(bytes)
    })
    far.on('data', (bytes) => this.#later(pair, () => this.#pass(pair, bytes)))
    far.on('end', () => this.#later(pair, () => near.end(pair.held && Buffer.concat(pair.held))))
    near.on('end', () => far.end())
    for (const side of [near, far]) {
      side.on('error', () => {})
      side.on('close', () => {
        this.#pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
  }

  /** Does something after the delay, and in order. */
  #later(pair, act) {
    if (this.delay === 0 && !pair.last) return act()
    pair.last = Promise.all([pair.last, nap(this.delay)]).then(act)
  }

  #pass(pair, bytes) {
    if (pair.isFrozen) return
    this.passed += 1
    if (this.truncates) {
      this.truncated += 1
      return void pair.near.end(bytes.subarray(0, -1))
    }
    if (!pair.held) return void pair.near.write(bytes)
    pair.held.push(bytes)
  }
}

/** A proxy of streams that passes the head of an answer on, and holds its body back. */
export class HeadOnlyProxy {
  static async start(t, port, path) {
    const proxy = await Proxy.start(t, port)
    const server = createServer((near) => {
      const far = connect(proxy.port, '127.0.0.1')
      let isHeld = false
      let text = ''
      near.on('data', (bytes) => {
        isHeld = bytes.toString('latin1').startsWith(`GET ${path}`)
        text = ''
        far.write(bytes)
      })
      far.on('data', (bytes) => {
        if (!isHeld) return void near.write(bytes)
        if (text.includes('\r\n\r\n')) return
        text += bytes.toString('latin1')
        const end = text.indexOf('\r\n\r\n')
        if (end >= 0) near.write(text.slice(0, end + 4), 'latin1')
      })
      for (const [side, other] of [[near, far], [far, near]]) {
        side.on('error', () => {})
        side.on('close', () => other.destroy())
      }
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    return `http://127.0.0.1:${server.address().port}/`
  }
}
