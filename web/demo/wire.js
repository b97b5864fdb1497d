const utf8 = new TextEncoder()
const byteLength = (text) => utf8.encode(text).length

/** Counts what one transport's connections carry: it lends the client a fetch and a WebSocket that keep count. */
export class Wire {
  requests = 0
  /** Bytes that came down. */
  bytes = 0

  fetch = async (url, options) => {
    this.requests += 1
    const answer = await fetch(url, options)
    this.bytes += headSize(answer)
    if (!answer.body) return answer
    const count = new TransformStream({
      transform: (chunk, output) => {
        this.bytes += chunk.byteLength
        output.enqueue(chunk)
      },
    })
    return new Response(answer.body.pipeThrough(count), answer)
  }

  /** A WebSocket that is counted. */
  get WebSocket() {
    const wire = this
    return class extends WebSocket {
      constructor(...parameters) {
        super(...parameters)
        wire.requests += 1
        this.addEventListener('message', ({ data }) => (wire.bytes += frameSize(data)))
      }
    }
  }

  /** Counts what a hidden frame tells, which is what its page has received. */
  countFrames() {
    addEventListener('message', ({ source, data }) => {
      if (source !== document.querySelector('iframe')?.contentWindow) return
      const { hub, ...event } = data
      if (hub === 'open') {
        this.requests += 1
        this.bytes += byteLength(source.document.head.outerHTML)
      } else if (hub === 'event') {
        this.bytes += byteLength(`<script type="application/json">${JSON.stringify(event)}</script>\n`)
      } else if (hub === 'heartbeat') {
        this.bytes += byteLength('<!---->\n')
      }
    })
  }
}

/** The head of an answer as HTTP/1.1 writes it: a page sees all of its fields when the hub is its own origin's. */
function headSize(answer) {
  let size = `HTTP/1.1 ${answer.status} ${answer.statusText}\r\n\r\n`.length
  for (const [name, value] of answer.headers) size += `${name}: ${value}\r\n`.length
  return size
}

/** A message and the frame around it, which a server does not mask (RFC 6455, 5.2). */
function frameSize(text) {
  const size = byteLength(text)
  return size + (size < 126 ? 2 : size < 65_536 ? 4 : 10)
}
