// Node's own EventSource: it reconnects and resumes by itself, and it follows the standard to the letter.
const [url, count, ...names] = process.argv.slice(2)
const source = new EventSource(url)
let printed = 0

// Its pause before a reconnection does not keep the program alive.
setInterval(() => {}, 1000)

function show(event) {
  const { lastEventId: id, type, data } = event
  process.stdout.write(JSON.stringify({ id, event: type, data }) + '\n')
  printed += 1
  if (printed === Number(count)) {
    source.close()
    process.exit(0)
  }
}

for (const name of ['message', ...names]) source.addEventListener(name, show)
