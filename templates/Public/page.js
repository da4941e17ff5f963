import { subscribe } from './updates.js'

const kept = 200
const find = (selector) => document.querySelector(selector)
const interval = Number(document.body.dataset.interval)
const query = new URLSearchParams(location.search)
const topic = query.get('topic') || 'demo'
const list = find('#updates')
const titles = { websocket: 'WebSocket', sse: 'Server-Sent Events', 'long-polling': 'long polling' }
let requests = 0, best, nextAt

find('#topic').textContent = topic
find('input[name=topic]').value = topic

const subscription = subscribe(topic, {
  transports: query.get('transports')?.split(','), // to try what networks do that do not carry the best one
  interval,
  fetch(url, init) {
    if (!init.method) requests += 1
    return fetch(url, init)
  },
  onUpdate: showUpdate,
  onReset() { add(make('li', 'reset', 'Some updates were missed: the server no longer has them all.')) },
  onState: showState,
})

find('#ask-now').addEventListener('click', () => subscription.askNow())

function showUpdate({ id, event, data }) {
  const now = new Date()
  const time = make('time', '', now.toLocaleTimeString())
  time.dateTime = now.toISOString()
  const text = make('div', 'data', data)
  if (data.length > 300 || data.includes('\n')) text.tabIndex = 0 // it may be long enough to scroll
  const row = make('li', 'update')
  row.dataset.id = id
  row.append(time, ...(event ? [make('span', 'event', event)] : []), text)
  add(row)
}

function add(row) {
  list.prepend(row)
  if (list.children.length > kept) list.lastElementChild.remove()
}

function make(name, className, text = '') {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  return element
}

function showState(state) {
  const { name, transport } = state
  best ??= transport
  Object.assign(find('#state').dataset, { state: name, transport })
  const instead = name === 'open' && transport !== best ? ` instead of ${titles[best] ?? best}` : ''
  show('#words', wordsFor(state) + instead)
  show('#requests', transport.endsWith('polling') ? `${requests} request${requests === 1 ? '' : 's'}` : '')
  if (name === 'open') show('#node', state.node ?? 'unknown')
  nextAt = state.nextAt
  Object.assign(find('#ask-now'), { hidden: transport !== 'polling', disabled: name === 'closed' })
  showCountdown()
}

function wordsFor({ name, transport, reason }) {
  switch (name === 'open' ? transport : name) {
    case 'connecting': return 'Connecting'
    case 'waiting': return `Not connected: ${reason}`
    case 'closed': return `Closed: ${reason}`
    case 'polling': return `Polling every ${interval / 1000} s`
    case 'long-polling': return 'Waiting by long polling'
    default: return `Connected by ${titles[transport]}`
  }
}

function showCountdown() {
  const seconds = Math.max(0, Math.ceil((nextAt - Date.now()) / 1000))
  show('#countdown', nextAt === undefined ? '' : seconds === 0 ? 'asking…' : `again in ${seconds} s`)
}

// Text that stays as it was is left alone, or a screen reader would read it out again.
function show(selector, text) {
  const element = find(selector)
  if (element.textContent !== text) element.textContent = text
}

setInterval(showCountdown, 250)

const refusals = {
  401: 'the server wants a token.',
  403: 'this is not allowed here.',
  413: 'it is too long.',
  429: 'there was too much at once.',
  503: 'the server has no room for it now.',
}
let sending = Promise.resolve()

find('#publish').addEventListener('submit', (submission) => {
  submission.preventDefault()
  const [data, event] = [find('#data').value, find('#event').value]
  if (!find('#event').validity.valid) {
    return show('#error', 'An event name has letters, digits, . _ : - and is not reset, bye, error or open.')
  }
  if (data === '' && event === '') return show('#error', 'There is nothing to publish yet.')
  find('#data').value = ''
  sending = sending.then(() => send(data, event)) // one after the other, to keep their order
})

async function send(data, event) {
  const patience = setTimeout(() => show('#error', 'No answer yet, still trying…'), 1000)
  try {
    await subscription.publish(data, { event })
    show('#error', '')
  } catch (error) {
    const why = error.status ? refusals[error.status] ?? error.message : 'the server cannot be reached.'
    show('#error', `Not published: ${why}`)
    if (find('#data').value === '') find('#data').value = data
  } finally {
    clearTimeout(patience)
  }
}
