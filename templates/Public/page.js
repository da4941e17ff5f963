import { publish, subscribe } from './updates.js'

const kept = 200
const find = (selector) => document.querySelector(selector)
const { transport, interval } = document.body.dataset
const topic = new URLSearchParams(location.search).get('topic') || 'demo'
const list = find('#updates')
let requests = 0
let nextAt

find('#topic').textContent = topic
find('input[name=topic]').value = topic
find('#ask-now').hidden = transport !== 'polling'

const subscription = subscribe(topic, {
  transport,
  interval: Number(interval),
  fetch(url, init) {
    requests += 1
    return fetch(url, init)
  },
  onUpdate: showUpdate,
  onReset: showReset,
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

function showReset() {
  add(make('li', 'reset', 'Some updates were missed: the server no longer has all of those that came in the meantime.'))
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
  find('#state').dataset.state = state.name
  show('#words', wordsFor(state))
  if (transport === 'polling') show('#requests', requests === 1 ? '1 request' : `${requests} requests`)
  if (state.node) show('#node', state.node)
  nextAt = state.nextAt
  find('#ask-now').disabled = state.name === 'closed'
  showCountdown()
}

function wordsFor({ name, reason }) {
  switch (name) {
    case 'connecting': return 'Connecting'
    case 'open': return transport === 'polling' ? `Polling every ${interval / 1000} s` : 'Connected'
    case 'waiting': return `Not connected: ${reason}`
    default: return `Closed: ${reason}`
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

const form = find('#publish')
const refusals = {
  401: 'the server wants a token.',
  403: 'this is not allowed here.',
  413: 'it is too long.',
  429: 'there was too much at once.',
  503: 'the server has no room for it now.',
}
let sending = Promise.resolve()

form.addEventListener('submit', (submission) => {
  submission.preventDefault()
  const data = find('#data').value
  const event = find('#event').value
  if (!find('#event').validity.valid) {
    return show('#error', 'An event name is of letters, digits and . _ : - and is not reset, bye, error or open.')
  }
  if (data === '' && event === '') return show('#error', 'There is nothing to publish yet.')
  find('#data').value = ''
  sending = sending.then(() => send(data, event)) // one after the other, to keep their order
})

async function send(data, event) {
  const patience = setTimeout(() => show('#error', 'No answer yet, still trying…'), 1000)
  try {
    await publish(topic, data, { event })
    show('#error', '')
  } catch (error) {
    const why = error.status ? refusals[error.status] ?? error.message : 'the server cannot be reached.'
    show('#error', `Not published: ${why}`)
    if (find('#data').value === '') find('#data').value = data
  } finally {
    clearTimeout(patience)
  }
}
