// A browser says neither why a socket failed nor that a ping came, and can send no header with it.
async function websocket(link) {
  const { token, WebSocket: Socket = WebSocket } = link.options
  // It would have to be exchanged for a ticket, to stand in the URL, and the server gives out none yet.
  if (token) throw Object.assign(new Error('a token cannot be sent with a WebSocket'), { final: true })
  const url = new URL(`${link.address}/socket`, globalThis.location?.href)
  url.protocol = url.protocol.replace('http', 'ws')
  if (link.cursor) url.searchParams.set('after', link.cursor)
  const sender = link.sender ??= socketSender(link)
  const socket = new Socket(url)
  let heard = Date.now()
  let look
  try {
    await new Promise((_, fail) => {
      const receive = ({ ref, id, event, data, next, reset, node, error, status }) => {
        if (ref !== undefined) return sender.answered(ref, { id, error, status })
        if (id !== undefined) return link.deliver({ id, event, data })
        if (next === undefined) return
        if (!link.opened) {
          link.node = node
          sender.begin(socket, fail)
          link.open()
        }
        link.cursor = next
        if (reset) link.missed()
      }
      socket.onmessage = ({ data }) => {
        heard = Date.now()
        try { receive(JSON.parse(data)) } catch (error) { fail(error) }
      }
      // Other codes may come from a proxy.
      const isOurs = (code) => code === 1012 || code === 1013 || code >= 4000
      socket.onclose = ({ code }) => fail(isOurs(code) ? refusal(code) : new Error('the connection failed'))
      link.signal.addEventListener('abort', () => fail(link.signal.reason))
      // While the page slept the connection may have died, and nobody would say so.
      look = () => {
        const isOld = document.visibilityState === 'visible' && Date.now() - heard > silence
        if (isOld) fail(new Error('nothing arrived for too long'))
      }
      globalThis.document?.addEventListener('visibilitychange', look)
    })
  } finally {
    globalThis.document?.removeEventListener('visibilitychange', look)
    socket.onmessage = socket.onclose = null
    socket.close()
    sender.end()
  }
}

// Publishes up the socket, and does not wait for one answer before the next. What has none when the socket
// ends goes by POST, under the key that it had, and what comes meanwhile follows it: all once, and in order.
function socketSender(link) {
  const post = link.publish
  const prefix = crypto.getRandomValues(new Uint32Array(4)).join('-')
  const unanswered = new Map() // drafts, by their refs
  let socket, fail, posted = Promise.resolve()
  let posts = 0, count = 0

  function enqueue({ data, event, key, resolve, reject }) {
    posts += 1
    posted = posted.then(() => post(data, { event, key })).then(resolve, reject).then(() => { posts -= 1 })
  }

  link.publish = (data, more) => new Promise((resolve, reject) => {
    count += 1
    const [ref, key] = [String(count), `${prefix}-${count}`]
    const draft = { data, event: more?.event || undefined, key, resolve, reject }
    if (!socket || posts > 0) return enqueue(draft)
    socket.send(JSON.stringify({ data, event: draft.event, ref, key }))
    draft.timer = setTimeout(fail, 10_000, new Error('what was published is not answered'))
    unanswered.set(ref, draft)
  })

  return {
    begin(...it) { [socket, fail] = it },
    answered(ref, { id, error, status }) {
      const draft = unanswered.get(ref)
      if (!draft) return
      clearTimeout(draft.timer)
      unanswered.delete(ref)
      if (id !== undefined) draft.resolve(id)
      else if (status === 429 || status === 503) enqueue(draft)
      else draft.reject(Object.assign(new Error(error), { status }))
    },
    end() {
      socket = undefined
      for (const draft of unanswered.values()) {
        clearTimeout(draft.timer)
        enqueue(draft)
      }
      unanswered.clear()
    },
  }
}
