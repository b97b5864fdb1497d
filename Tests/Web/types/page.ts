// A page in strict TypeScript: what is right passes, and what is wrong does not.
import { Hub, HubErrorEvent, HubEvent, type Close, type HubOptions, type Reset } from '../../../web/hub.js'

interface Goal {
  team: string
  minute: number
}

const options: HubOptions = { topics: ['news', 'sport'], transports: ['sse', 'ws'], share: false, token: async () => null }
const hub = new Hub(['https://a.example', new URL('https://b.example')], options)

hub.onopen = () => console.log(hub.url, hub.transport.length)
hub.onmessage = ({ data, topic, lastEventId }) => console.log(data.toUpperCase(), topic, lastEventId)
hub.onerror = ({ error }) => console.log(error.kind, error.status ?? 0)

const celebrate = (event: HubEvent) => console.log(event.json<Goal>().minute + 1)
hub.addEventListener('goal', celebrate, { once: true })
hub.removeEventListener('goal', celebrate)

const follow = (event: HubEvent<'up' | 'down'>) => console.log(event.data === 'up')
hub.addEventListener('trend', follow)
hub.removeEventListener('trend', follow)

class Score {
  goals = 0
  handleEvent(event: HubEvent) {
    this.goals += event.topic === 'sport' ? 1 : 0
  }
}
const score = new Score()
hub.addEventListener('goal', score)
hub.removeEventListener('goal', score)

hub.addEventListener('hub.reset', (event) => console.log(event.json<Reset>().reason === 'trimmed'))
hub.addEventListener('hub.close', (event) => console.log(event.json<Close>().reason === 'drain'))
hub.addEventListener('open', () => console.log('open'))
hub.addEventListener('error', (event) => {
  if (event instanceof HubErrorEvent) console.log(event.error.message)
  else if (event instanceof HubEvent) console.log(event.data)
})
hub.addEventListener('goal', null)
hub.addEventListener('goal', function () {
  this.close()
})

const id: Promise<string> = hub.publish(['news', 'sport'], { team: 'a', minute: 3 }, { event: 'goal', key: '1' })
const state: 0 | 1 | 2 = hub.readyState
console.log(id, state === Hub.OPEN)

// @ts-expect-error topics are needed
new Hub('https://a.example', {})
// @ts-expect-error there is no such transport
new Hub('https://a.example', { topics: 'news', transports: ['carrier-pigeon'] })
// @ts-expect-error what was published is a text
hub.addEventListener('goal', (event: HubEvent) => event.data.minute)
// @ts-expect-error it is the hub's to say
hub.readyState = 1
// @ts-expect-error an object that takes no events
hub.addEventListener('goal', { take() {} })
