// Read by fetch and not by EventSource, which can neither send headers nor see them.
async function sse(link) {
  const receive = (block) => {
    const values = (name) => `\n${block}`.split(`\n${name}: `).slice(1).map((rest) => rest.split('\n', 1)[0])
    const [[id], [event], data, [retry]] = ['id', 'event', 'data', 'retry'].map(values)
    // A node that cannot serve the topic lets clients in to say so: that does not count as open.
    if (event === 'bye') throw refusal(Number.parseInt(data[0], 10))
    if (!id || link.signal.aborted) return
    if (retry) link.retry = Number(retry) || undefined
    if (!link.opened) link.open()
    if (event !== 'reset' && data.length > 0) return link.deliver({ id, event, data: data.join('\n') })
    link.cursor = id
    if (event) link.missed()
  }
  const url = `${link.address}/events${link.cursor && `?after=${encodeURIComponent(link.cursor)}`}`
  await exchange(link.options, url, { signal: link.signal, cache: 'no-store' }, (text, { headers }) => {
    if (!/^text\/event-stream\b/i.test(headers.get('Content-Type'))) throw new Error('not an event stream')
    link.node = headers.get('Served-By') ?? undefined
    const blocks = text.split('\n\n')
    blocks.slice(0, -1).forEach(receive)
    return blocks.at(-1)
  })
  throw new Error('the stream ended')
}
