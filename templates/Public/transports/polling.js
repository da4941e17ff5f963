async function polling(link) {
  const { interval = 5000, random = Math.random } = link.options
  while (!link.signal.aborted) {
    const isFull = await ask(link, { limit: 100 }) >= 100
    link.failures = 0
    const delay = isFull ? 0 : interval * (0.9 + 0.1 * random())
    link.open({ nextAt: Date.now() + delay })
    if (delay > 0) await sleep(delay, link.signal)
  }
}

// Asks for what came after the cursor, and resolves to the number of updates.
async function ask(link, query, patience) {
  const { options, address, cursor, signal, page } = link
  const url = `${address}/updates?${new URLSearchParams({ ...(cursor && { after: cursor }), ...query })}`
  const headers = page?.tag && page.url === url ? { 'If-None-Match': page.tag } : {}
  // `no-store`, as the browser's cache would turn a 304 into the page that is known already.
  const { response, text } = await exchange(options, url, { headers, signal, patience, cache: 'no-store' })
  link.node = response.headers.get('Served-By') ?? undefined
  if (response.status === 304) return 0
  const { updates, next, reset } = JSON.parse(text)
  if (!Array.isArray(updates) || typeof next !== 'string') throw new Error('the answer is not a page')
  if (reset) link.missed()
  for (const { id, event, data } of updates) {
    if (signal.aborted) return 0
    link.deliver({ id, event, data })
  }
  link.cursor = next
  link.page = { url, tag: response.headers.get('ETag') }
  return updates.length
}
