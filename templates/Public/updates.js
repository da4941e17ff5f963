// Reads the updates of a topic, by the best transport that the network carries, and publishes to it.

const ladder = { {{ladder}} } // the best first
const firstSign = 5000 // a transport that says nothing for so long is left for the next one
const climbDelay = 300_000 // until a better transport is tried again; doubled up to an hour
const silence = 40_000 // heartbeats come every 15 s: where two of them are missing the connection is dead
// Drawn anew each time, so that clients that lost the same server do not come back all at once.
const backoff = (count, random = Math.random, base = 1000) => random() * Math.min(30_000, base * 2 ** count)

/**
 * Follows a topic from `after`, a cursor or `earliest`, or from now on, by the first transport that works.
 * @typedef { { url?: string, token?: string, fetch?: typeof fetch, random?: () => number } } Access
 * @typedef { { name: 'connecting' | 'open' | 'waiting' | 'closed', transport: string, node?: string,
 *   reason?: string, code?: number, retryIn?: number, nextAt?: number } } State
 * @param {string} topic
 * @param {Access & { transports?: string[], interval?: number, after?: string, onState?(state: State): void,
 *   onUpdate?(update: { id: string, event?: string, data: string, topic: string }): void,
 *   onReset?(missed: { topic: string }): void }} [options] `transports`, the best first; times in ms
 */
export function subscribe(topic, options = {}) {
  const { transports = Object.keys(ladder), after = '', url = '' } = options
  for (const id of transports) if (!Object.hasOwn(ladder, id)) throw new RangeError(`no transport ${id}`)
  const life = new AbortController()
  let turn = new AbortController() // of an attempt, or of the wait after it
  let level = 0 // of the transport in use
  let settled = -1 // of the one that worked last, to come back to after a failure
  let climbs = 0, climbing, earliest, nextAt

  const link = { // what a transport works with
    options,
    address: `${url}/topics/${encodeURIComponent(topic)}`,
    cursor: after,
    failures: 0,
    publish: (data, more) => publish(topic, data, { ...options, ...more }),
    missed: () => tell('onReset', { topic }),
    deliver(update) {
      Object.assign(link, { cursor: update.id, failures: 0 })
      tell('onUpdate', { ...update, topic })
    },
    open(more) {
      if (!link.opened) {
        link.opened = Date.now()
        settled = level
        // One of the better ones at a time, so that little time is lost where none of them works.
        const climb = () => turnTo(climbs++ % settled)
        if (level > 0) climbing ??= setTimeout(climb, climbDelay * Math.min(2 ** climbs, 12))
      }
      report('open', more)
    },
  }

  async function run() {
    for (report('connecting'); !life.signal.aborted; report('connecting')) {
      const own = turn = new AbortController()
      Object.assign(link, { signal: own.signal, opened: undefined })
      const giveUp = () => link.opened || own.abort(new Error('nothing arrived in time'))
      if (level + 1 < transports.length) setTimeout(giveUp, firstSign)
      await ladder[transports[level]](link).catch(recover)
    }
  }

  async function recover(caught) {
    const error = turn.signal.aborted ? turn.signal.reason : caught
    if (!error || life.signal.aborted) return
    const { status, retryAfter = 0, final } = error
    const isSpoken = status >= 1000 || retryAfter > 0 // by the server itself
    if (status >= 1000 ? status !== 1013 : Date.now() - link.opened >= 10_000) link.failures = 0
    // A server that is away fails much like a network that refuses a transport. What may be either counts as
    // refused the third time in a row; so do failures of what has worked, and cuts within ten seconds.
    const isEither = link.opened || status || error instanceof TypeError || level === settled
    const isRefused = !isSpoken && (final || error.isRefused || !isEither || link.failures % 3 === 2)
    if (isRefused && level + 1 < transports.length) return void (level = Math.max(level + 1, settled))
    const reason = error instanceof TypeError ? 'the connection failed' : error.message
    if (final) return report('closed', { reason, code: status })
    level = Math.max(settled, 0)
    turn = new AbortController()
    earliest = Date.now() + retryAfter
    const retryIn = retryAfter + backoff(link.failures++, options.random, link.retry)
    report('waiting', { reason, code: status, retryIn, nextAt: Date.now() + retryIn })
    await sleep(retryIn, turn.signal)
    earliest = undefined
  }

  function turnTo(other) {
    climbing = clearTimeout(climbing)
    level = other
    if (!(Date.now() < earliest)) turn.abort(null) // which is no failure
  }

  function report(name, more) {
    if (life.signal.aborted) return
    if (name === 'closed') life.abort()
    nextAt = more?.nextAt
    tell('onState', { name, transport: transports[level], node: link.node, ...more })
  }

  function tell(callback, value) {
    try { options[callback]?.(value) } catch (error) { (globalThis.reportError ?? console.error)(error) }
  }

  life.signal.addEventListener('abort', () => { turn.abort(); clearTimeout(climbing) })
  globalThis.addEventListener?.('online', () => { // by another network, perhaps
    [settled, climbs] = [-1, 0]
    turnTo(0)
  }, { signal: life.signal })
  globalThis.document?.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() >= earliest) turn.abort(null)
  }, { signal: life.signal })
  queueMicrotask(run) // not at once: a callback may want the subscription that is returned here
  return {
    get cursor() { return link.cursor },
    publish: (data, more) => link.publish(data, more),
    askNow() { if (Date.now() < nextAt) turn.abort(null) },
    close() { report('closed') },
  }
}

/**
 * Resolves to the update's id. What was not answered is repeated, and published once by its `key`.
 * @type {(topic: string, data: string, options?: Access &
 *   { event?: string, key?: string, signal?: AbortSignal }) => Promise<string>}
 */
export async function publish(topic, data, options = {}) {
  const { key = crypto.getRandomValues(new Uint32Array(4)).join('-'), event, signal, url = '' } = options
  const address = `${url}/topics/${encodeURIComponent(topic)}/updates`
  const headers = new Headers({ 'Content-Type': 'text/plain; charset=utf-8', 'Idempotency-Key': key })
  if (event) headers.set('Event-Name', event)
  const request = { method: 'POST', headers, body: data, signal }
  for (let attempt = 0; ; attempt += 1) {
    try {
      return JSON.parse((await exchange(options, address, request)).text).id
    } catch (error) {
      // 502 and 504 come from a proxy: the server's own answer was lost behind it.
      const mayPass = error.status === undefined || [429, 502, 503, 504].includes(error.status)
      if (signal?.aborted || !mayPass || attempt === 4) throw signal?.reason ?? error
      await sleep((error.retryAfter ?? 0) + backoff(attempt, options.random), signal)
    }
  }
}

{{transports}}

// One request, given up when nothing arrives for too long. Of the text, `read` leaves what it returns.
async function exchange(options, url, { signal, patience = silence, ...init }, read) {
  signal?.throwIfAborted()
  const headers = new Headers(init.headers)
  if (options.token) headers.set('Authorization', `Bearer ${options.token}`)
  const controller = new AbortController()
  signal?.addEventListener('abort', () => controller.abort(signal.reason), { signal: controller.signal })
  const giveUp = () => controller.abort(new Error('nothing arrived for too long'))
  let text = '', timer = setTimeout(giveUp, patience)
  try {
    const response = await (options.fetch ?? fetch)(url, { ...init, headers, signal: controller.signal })
    if (!response.ok && response.status !== 304) throw refusal(response.status, response.headers)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader?.read(); part?.done === false; part = await reader.read()) {
      clearTimeout(timer)
      timer = setTimeout(giveUp, patience)
      text = read ? read(text + part.value, response) : text + part.value
    }
    return { response, text }
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

// By an HTTP status, or by the code that a stream ends with.
function refusal(status, headers) {
  const isFinal = status === 501 || (status >= 400 && status < 500 && ![408, 425, 429].includes(status))
  const reason = status === 4001 ? 'the token expired' : `the server answered ${status}`
  const retryAfter = Math.max(0, Number.parseInt(headers?.get('Retry-After'), 10) || 0) * 1000
  return Object.assign(new Error(reason), { status, retryAfter, final: isFinal || status === 4001 })
}

const sleep = (milliseconds, signal) => new Promise((resolve) => {
  const end = () => resolve(signal?.removeEventListener('abort', end))
  setTimeout(end, signal?.aborted ? 0 : Math.min(milliseconds, 2 ** 31 - 1)) // more would be due at once
  signal?.addEventListener('abort', end)
})
