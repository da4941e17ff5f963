export interface Update {
  /** Opaque; as `after` of a later subscription it means "all that came after this one". */
  id: string
  event?: string
  data: string
  topic: string
}

export interface State {
  /** `waiting`: the connection failed and is tried again. `closed`: for good, by `close()` or a refusal. */
  name: 'connecting' | 'open' | 'waiting' | 'closed'
  /** The node that served this client last. */
  node?: string
  /** While waiting: the milliseconds until the next attempt. */
  retryIn?: number
  /** When the next request is due, in milliseconds since 1970; polling has it while open, too. */
  nextAt?: number
  /** Why it waits or closed, in words. */
  reason?: string
  /** The same as a number, where there is one: an HTTP status, or the code that a node ended the stream with. */
  code?: number
}

interface Access {
  /** What comes before `/topics/…`; default: the page's own origin. */
  url?: string
  /** Sent as `Authorization: Bearer`. */
  token?: string
  fetch?: typeof globalThis.fetch
  /** Spreads the delays; a number from 0 to 1, as `Math.random` gives it. */
  random?: () => number
}

export interface SubscribeOptions extends Access {
  /** Default: `sse`. */
  transport?: 'sse' | 'polling'
  /** Milliseconds between two polls; each is up to a tenth earlier. Default: 5000. */
  interval?: number
  /** A cursor, or `earliest` for all that is kept. Without it the subscription starts now. */
  after?: string
  onUpdate?(update: Update): void
  /** Updates were missed that the server no longer has; it goes on with the oldest that it has. */
  onReset?(reset: { topic: string }): void
  onState?(state: State): void
}

export interface Subscription {
  /** The place it has come to, for the `after` of another one: with a new token, or by another transport. */
  readonly cursor: string
  /** Ends a wait: for the next poll, or for the next attempt to connect. Two polls are never under way at once. */
  askNow(): void
  close(): void
}

export type PublishOptions = Access & { event?: string, signal?: AbortSignal }
export function subscribe(topic: string, options?: SubscribeOptions): Subscription
/** Resolves to the update's id. Repeats itself safely after a lost answer; other refusals throw. */
export function publish(topic: string, data: string, options?: PublishOptions): Promise<string>
