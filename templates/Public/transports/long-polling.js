async function longPolling(link) {
  const seconds = [25, 10, 5]
  await ask(link, { limit: 100 }) // answered at once: a sign of life, and the place to wait at
  link.open()
  while (!link.signal.aborted) {
    const asked = Date.now()
    try {
      const count = await ask(link, { limit: 100, wait: seconds[0] }, seconds[0] * 1000 + 10_000)
      link.failures = 0
      link.open()
      // An answer that comes early and brings nothing may be followed by many of its kind.
      if (count === 0) await sleep(asked + 1000 - Date.now(), link.signal)
    } catch (error) {
      // A proxy may give up before the wait is over; a shorter one may be short enough for it.
      const wasHeld = Date.now() - asked >= 1000
      if (link.signal.aborted || !wasHeld || error.final || error.retryAfter > 0) throw error
      seconds.shift()
      if (seconds.length === 0) throw Object.assign(error, { isRefused: true })
    }
  }
}
