// Reads the updates of a topic, as a stream of server-sent events or by polling, and publishes to it.
// The stream is read by fetch and not by EventSource, which can neither send headers nor see them.

const firstDelay = 1000
const longestDelay = 30_000
const silence = 40_000 // heartbeats come every 15 s: where two of them are missing the connection is dead
const pageSize = 100
const publishAttempts = 5

export function subscribe(topic, options = {}) {
  const { transport = 'sse', interval = 5000, after = '', url: base = '', random = Math.random } = options
  const address = `${base}/topics/${encodeURIComponent(topic)}`
  const life = new AbortController()
  let cursor = '' // from the server; until there is one, `after` counts
  let node
  let failures = 0
  let retry = firstDelay
  let lastPage = {} // its ETag, and the URL that this belongs to
  let again = false
  let waiting
  let earliest = 0

  async function run() {
    report('connecting')
    while (!life.signal.aborted) {
      try {
        await (transport === 'polling' ? poll() : stream())
      } catch (error) {
        const reason = error instanceof TypeError ? 'the connection failed' : error.message
        const cause = { reason, code: error.status }
        if (error.final) report('closed', cause)
        if (life.signal.aborted) return
        const least = error.retryAfter ?? 0
        const retryIn = least + backoff(failures, retry, random)
        failures += 1
        report('waiting', { ...cause, retryIn, nextAt: Date.now() + retryIn })
        await pause(retryIn, least)
        report('connecting')
      }
    }
  }

  async function stream() {
    const failuresBefore = failures
    const receive = ({ id, event, data }) => {
      if (life.signal.aborted) return
      failures = 0
      cursor = id
      if (data === undefined) return
      if (event === 'reset') return tell('onReset', { topic })
      if (event !== 'bye') return tell('onUpdate', { id, event, data, topic })
      const code = Number.parseInt(data, 10)
      // A node that cannot serve the topic lets clients in to say so: that must not count as a success.
      if (code === 1013) failures = failuresBefore
      const reason = code === 4001 ? 'the token expired' : `the server ended the stream (${code})`
      throw Object.assign(new Error(reason), { status: code, final: code === 4001 })
    }
    const parse = eventStream(cursor, receive, (delay) => { retry = Math.max(1, delay) })
    const url = `${address}/events${after && `?after=${encodeURIComponent(after)}`}`
    const headers = cursor ? { 'Last-Event-ID': cursor } : {}
    await exchange(options, url, { headers, signal: life.signal }, async (response, heard) => {
      if (!/^text\/event-stream\b/i.test(response.headers.get('Content-Type'))) throw new Error('not an event stream')
      node = response.headers.get('Served-By') ?? undefined
      report('open')
      for await (const text of texts(response, heard)) parse(text)
      throw new Error('the stream ended')
    })
  }

  async function poll() {
    again = false
    const place = cursor || after
    const url = `${address}/updates?${place && `after=${encodeURIComponent(place)}&`}limit=${pageSize}`
    const headers = lastPage.url === url && lastPage.etag ? { 'If-None-Match': lastPage.etag } : {}
    const full = await exchange(options, url, { headers, signal: life.signal }, async (response, heard) => {
      node = response.headers.get('Served-By') ?? undefined
      if (response.status === 304) return false
      let body = ''
      for await (const text of texts(response, heard)) body += text
      const { updates, next, reset } = JSON.parse(body)
      if (!Array.isArray(updates) || typeof next !== 'string') throw new Error('the answer is not a page of updates')
      if (reset) tell('onReset', { topic })
      for (const { id, event, data } of updates) {
        if (life.signal.aborted) return false
        cursor = id
        tell('onUpdate', { id, event, data, topic })
      }
      cursor = next
      lastPage = { url, etag: response.headers.get('ETag') }
      return updates.length >= pageSize
    })
    failures = 0
    const delay = full || again ? 0 : interval * (0.9 + 0.1 * random())
    report('open', { nextAt: Date.now() + delay })
    if (delay > 0) await pause(delay, delay)
  }

  // `askNow` ends the wait at any time, a hint only when `least` milliseconds are over.
  async function pause(milliseconds, least) {
    if (life.signal.aborted) return
    waiting = new AbortController()
    earliest = Date.now() + least
    await sleep(milliseconds, waiting.signal)
    waiting = undefined
  }

  function hint() {
    if (globalThis.document?.visibilityState !== 'hidden' && Date.now() >= earliest) waiting?.abort()
  }

  function report(name, more) {
    if (life.signal.aborted) return
    if (name === 'closed') life.abort()
    tell('onState', { name, node, ...more })
  }

  function tell(callback, value) {
    try {
      options[callback]?.(value)
    } catch (error) {
      (globalThis.reportError ?? console.error)(error)
    }
  }

  life.signal.addEventListener('abort', () => waiting?.abort())
  globalThis.addEventListener?.('online', hint, { signal: life.signal })
  globalThis.document?.addEventListener('visibilitychange', hint, { signal: life.signal })
  queueMicrotask(run) // not at once: a callback may want the subscription that is returned here
  return {
    get cursor() { return cursor || after },
    askNow() { if (waiting) waiting.abort(); else again = true },
    close() { report('closed') },
  }
}

export async function publish(topic, data, options = {}) {
  const { event, url: base = '', signal, random = Math.random } = options
  const url = `${base}/topics/${encodeURIComponent(topic)}/updates`
  // `randomUUID` exists on https and localhost only.
  const key = crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join('-')
  const headers = new Headers({ 'Content-Type': 'text/plain; charset=utf-8', 'Idempotency-Key': key })
  if (event) headers.set('Event-Name', event)
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted()
    try {
      const request = { method: 'POST', headers, body: data, signal }
      return (await exchange(options, url, request, (response) => response.json())).id
    } catch (error) {
      signal?.throwIfAborted()
      // 502 and 504 come from a proxy: the server's own answer was lost behind it.
      const mayPass = error.status === undefined || [429, 502, 503, 504].includes(error.status)
      if (!mayPass || attempt + 1 === publishAttempts) throw error
      await sleep((error.retryAfter ?? 0) + backoff(attempt, firstDelay, random), signal)
    }
  }
}

// Takes the text of an event stream in pieces of any size. Blocks without an id keep the one before.
function eventStream(id, onBlock, onRetry) {
  let rest = ''
  let afterReturn = false
  let event, data
  return (text) => {
    const lines = (afterReturn && text[0] === '\n' ? text.slice(1) : text).split(/\r\n|\r|\n/)
    afterReturn = text.endsWith('\r')
    lines[0] = rest + lines[0]
    rest = lines.pop()
    for (const line of lines) {
      const [, name, value] = line.match(/^([^:]+):? ?(.*)$/s) ?? []
      if (name === 'event') event = value
      else if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
      else if (name === 'id' && !value.includes('\0')) id = value
      else if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
      if (line !== '') continue
      onBlock({ id, event: event || undefined, data })
      event = data = undefined
    }
  }
}

async function* texts(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    heard()
    yield part.value
  }
}

// One request, given up when nothing arrives for too long. What `read` leaves of the answer is dropped.
async function exchange({ fetch: call = fetch, token }, url, { signal, ...init }, read) {
  const headers = new Headers(init.headers)
  if (token) headers.set('Authorization', `Bearer ${token}`)
  const controller = new AbortController()
  let timer
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(new Error('nothing arrived for too long')), silence)
  }
  heard()
  signal?.addEventListener('abort', () => controller.abort(), { signal: controller.signal })
  try {
    // `no-store`, as the browser's cache would turn a 304 into the page that is known already.
    const response = await call(url, { ...init, headers, cache: 'no-store', signal: controller.signal })
    if (!response.ok && response.status !== 304) throw refusal(response)
    return await read(response, heard)
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

function refusal({ status, headers }) {
  return Object.assign(new Error(`the server answered ${status}`), {
    status,
    retryAfter: Math.max(0, Number.parseInt(headers.get('Retry-After'), 10) || 0) * 1000,
    final: status >= 400 && status < 500 && ![408, 425, 429].includes(status),
  })
}

// Drawn anew each time, so that clients that lost the same server do not come back all at once.
function backoff(attempt, base, random) {
  return random() * Math.min(longestDelay, base * 2 ** attempt)
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1)) // beyond that it would be due at once
    signal?.addEventListener('abort', () => { clearTimeout(timer); resolve() })
  })
}
