// Real hubs, and what tests need to wait for things.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const binary = process.env.HUB_BINARY
if (!binary) throw new Error('HUB_BINARY must name the hub to test')

/** A hub for the time of a test. */
export class TestHub {
  /** Starts a hub and waits until it listens. */
  static async start(t, ...options) {
    const hub = new TestHub()
    // Whatever becomes of this script, the hub does not outlive it.
    const command = ['--pdeathsig', 'KILL', '--', binary, '--host', '127.0.0.1', '--port', '0', ...options]
    hub.process = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] })
    t.after(() => hub.kill())
    hub.port = await portOf(hub.process)
    hub.url = `http://127.0.0.1:${hub.port}/`
    return hub
  }

  async publish(topic, data, { event, retry } = {}) {
    const query = new URLSearchParams({ topic, ...(event ? { event } : {}), ...(retry ? { retry } : {}) })
    const answer = await fetch(`${this.url}publish?${query}`, { method: 'POST', body: data })
    return (await answer.json()).events[0].id
  }

  async has(path) {
    const answer = await fetch(this.url + path)
    await answer.arrayBuffer()
    return answer.status !== 404
  }

  /** Asks the hub to end kindly. */
  terminate() {
    this.process.kill('SIGTERM')
  }

  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const exited = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await exited
  }
}

async function portOf(process) {
  const log = []
  for await (const line of createInterface({ input: process.stderr })) {
    log.push(line)
    const found = /address=127\.0\.0\.1:(\d+)/.exec(line)
    if (!found) continue
    process.stderr.resume()
    return Number(found[1])
  }
  throw new Error(`the hub did not say its address: ${log.join('\n')}`)
}

/** A Redis server for the time of a test. */
export async function startRedis(t) {
  const { createServer } = await import('node:net')
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  const options = ['--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const program = process.env.HUB_TEST_REDIS_SERVER ?? 'redis-server'
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...options.map(String)])
  t.after(() => server.kill('SIGKILL'))
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('Ready to accept connections')) break
  }
  server.stdout.resume()
  return `redis://127.0.0.1:${port}`
}

/** Waits for a condition, with a deadline. */
export async function eventually(what, condition, milliseconds = 20_000) {
  const deadline = Date.now() + milliseconds
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`in time: ${typeof what === 'function' ? what() : what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What a client is told, in order. */
export class Record {
  constructor(hub, ...types) {
    this.hub = hub
    this.events = []
    this.errors = []
    this.opens = 0
    hub.addEventListener('open', () => (this.opens += 1))
    hub.addEventListener('error', ({ error }) => this.errors.push(error))
    for (const type of ['message', ...types]) hub.addEventListener(type, (event) => this.events.push(event))
  }

  get data() {
    return this.events.map(({ data }) => data)
  }

  opened(count = 1) {
    const told = () => `it should open; errors: ${this.errors.map(({ message }) => message)}`
    return eventually(told, () => this.opens >= count)
  }

  received(count) {
    const told = () => `${count} events, not ${JSON.stringify(this.data)}; errors: ${this.errors.map((e) => e.message)}`
    return eventually(told, () => this.events.length >= count)
  }

  failed(count = 1) {
    return eventually(`${count} errors, not ${this.errors.length}`, () => this.errors.length >= count)
  }
}
