/// What runs inside of Redis, each as one step that nothing else comes between.
///
/// KEYS: what is known of topics, their last uses, the stream of the topic, its idempotency keys. The hash
/// of topics has the epoch in `/epoch` and, for each topic, the place before the oldest entry that is kept
/// and that of the newest: `floor last`. No topic has a `/` in its name.
enum Scripts {
  static let prefix = "updates:"
  static let topics = prefix + "topics"
  static let uses = prefix + "uses"

  static func keys(of topic: String) -> [String] {
    [topics, uses, stream(of: topic), keysPrefix + topic]
  }

  /// The key of a topic's stream, and the channel on which its growth is told.
  static func stream(of topic: String) -> String { streamPrefix + topic }

  static let streamPrefix = prefix + "stream:"
  private static let keysPrefix = prefix + "keys:"

  /// ARGV: topic, milliseconds (empty: those of Redis), seconds that are kept (0: all), whether the newest
  /// stays.
  private static let common = """
    local topics, uses, stream, keys = unpack(KEYS)
    local topic, now, age, keepsLatest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]) * 1000, ARGV[4] == '1'
    if not now then
      local time = redis.call('TIME')
      now = time[1] * 1000 + math.floor(time[2] / 1000)
    end

    local function parse(id)
      local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
      return tonumber(ms), tonumber(sequence)
    end

    local function format(ms, sequence)
      return string.format('%.0f-%.0f', ms, sequence)
    end

    local function isBefore(a, b)
      local ams, asequence = parse(a)
      local bms, bsequence = parse(b)
      return ams < bms or (ams == bms and asequence < bsequence)
    end

    local function field(entry, name)
      for i = 1, #entry[2], 2 do
        if entry[2][i] == name then return entry[2][i + 1] end
      end
    end

    -- A topic that is not known begins after all that topics which were forgotten ever held, so that no
    -- cursor from before is taken for one of its own.
    local function place()
      local text = redis.call('HGET', topics, topic)
      if text then
        local floor, last = string.match(text, '^(%S+) (%S+)$')
        return floor, last, true
      end
      local forgotten = redis.call('HGET', topics, '/forgotten') or '0-0'
      local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
      return forgotten, newest and newest[1] or forgotten, false
    end

    -- The newest entry that is too old, if there is one.
    local function tooOld(last)
      local oldest = age > 0 and redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
      -- To look for what is not there, Redis would walk the whole stream.
      if not oldest or parse(oldest[1]) >= now - age then return nil end
      local newest = string.format('%.0f', now - age - 1)
      local old = redis.call('XREVRANGE', stream, newest, '-', 'COUNT', 2)
      if keepsLatest and old[1] and old[1][1] == last then return old[2] and old[2][1] end
      return old[1] and old[1][1]
    end

    """

  /// ARGV: … and the candidate for a new epoch, entries that are kept (0: all), topics that are known,
  /// event, data, idempotency key.
  ///
  /// Answers the epoch, what became of it (`added`, `known`, `reused`), and its id.
  static let append =
    common + """
      local candidate, size, maximumTopics, event, data, key = unpack(ARGV, 5)
      size, maximumTopics = tonumber(size), tonumber(maximumTopics)
      -- The first to write: what Redis refuses at `maxmemory` is refused here, before anything has changed.
      redis.call('HSETNX', topics, '/epoch', candidate)
      local epoch = redis.call('HGET', topics, '/epoch')
      local floor, last, isKnown = place()

      -- A burst that has aged, or a limit that was lowered, goes step by step: Redis has others to serve.
      local function drop(limit, count)
        local entries = redis.call('XRANGE', stream, '-', limit, 'COUNT', count)
        for _, entry in ipairs(entries) do
          local old = field(entry, 'key')
          if old and redis.call('HGET', keys, old) == entry[1] then redis.call('HDEL', keys, old) end
        end
        floor = entries[#entries][1]
        local ms, sequence = parse(floor)
        redis.call('XTRIM', stream, 'MINID', format(ms, sequence + 1))
      end

      if redis.call('XLEN', stream) == 0 then floor = last end
      local old = tooOld(last)
      if old then
        drop(old, 100)
        redis.call('HSET', topics, topic, floor .. ' ' .. last)
      end

      if key ~= '' then
        local id = redis.call('HGET', keys, key)
        local isOld = id and old and not isBefore(old, id)
        local first = id and not isOld and redis.call('XRANGE', stream, id, id)[1]
        if first then
          local isSame = field(first, 'data') == data and (field(first, 'event') or '') == event
          return { epoch, isSame and 'known' or 'reused', id }
        end
      end

      local function forget(other)
        local last = string.match(redis.call('HGET', topics, other) or '0-0 0-0', '(%S+)$')
        local ms, sequence = parse(last)
        local lost = format(ms, sequence + 1)
        local forgotten = redis.call('HGET', topics, '/forgotten') or '0-0'
        if isBefore(forgotten, lost) then redis.call('HSET', topics, '/forgotten', lost) end
        redis.call('HDEL', topics, other)
        redis.call('DEL', '\(streamPrefix)' .. other, '\(keysPrefix)' .. other)
      end

      if not isKnown then
        for _ = 1, math.min(redis.call('ZCARD', uses) - maximumTopics + 1, 10) do
          forget(redis.call('ZPOPMIN', uses)[1])
        end
        floor, last = place()
      end

      -- Clocks may go back; ids do not.
      local ms, sequence = parse(last)
      local id = now > ms and format(now, 0) or format(ms, sequence + 1)
      -- Whoever may not publish has added nothing; nobody gets it before all of this is done.
      redis.call('PUBLISH', stream, epoch .. ' ' .. id)
      local entry = { 'data', data }
      if event ~= '' then entry[3], entry[4] = 'event', event end
      if key ~= '' then
        entry[#entry + 1] = 'key'
        entry[#entry + 1] = key
        redis.call('HSET', keys, key, id)
      end
      redis.call('XADD', stream, id, unpack(entry))
      local excess = redis.call('XLEN', stream) - size
      if size > 0 and excess > 0 then drop('+', math.min(excess, 100)) end
      redis.call('HSET', topics, topic, floor .. ' ' .. id)
      redis.call('ZADD', uses, now, topic)
      if age > 0 and not keepsLatest then
        redis.call('PEXPIRE', stream, age + 1000)
        redis.call('PEXPIRE', keys, age + 1000)
      else
        redis.call('PERSIST', stream)
        redis.call('PERSIST', keys)
      end
      return { epoch, 'added', id }
      """

  /// ARGV: … and the direction (`after`, `before`), the epoch and the id of the place (empty: the oldest or
  /// the newest), entries and bytes of them at most.
  ///
  /// Changes nothing, so that what is kept can be read where nothing can be written. Answers the epoch,
  /// the places before the oldest and of the newest entry, whether the place is kept, whether there is
  /// more, and the entries.
  static let read =
    common + """
      local direction, placeEpoch, from, limit, maximum = unpack(ARGV, 5)
      limit, maximum = tonumber(limit), tonumber(maximum)
      local epoch = redis.call('HGET', topics, '/epoch')
      if not epoch then return { '' } end
      local floor, last = place()
      if redis.call('XLEN', stream) == 0 then
        floor = last
      else
        local old = tooOld(last)
        if old and isBefore(floor, old) then floor = old end
      end

      local function isKept(id)
        if id == floor then return true end
        return isBefore(floor, id) and #redis.call('XRANGE', stream, id, id) == 1
      end

      local isForward = direction == 'after'
      local found = from == '' or (placeEpoch == epoch and isKept(from))
      local start = '(' .. floor
      if found and from ~= '' then start = '(' .. from end
      if not isForward then start = from == '' and '+' or '(' .. from end

      local function page(count)
        if isForward then return redis.call('XRANGE', stream, start, '+', 'COUNT', count) end
        return redis.call('XREVRANGE', stream, start, '(' .. floor, 'COUNT', count)
      end

      local entries, bytes, step, hasMore = {}, 0, 1, true
      while hasMore and #entries < limit and bytes < maximum do
        local count = math.min(step, limit - #entries)
        local more = page(count)
        for _, entry in ipairs(more) do
          bytes = bytes + #(field(entry, 'data') or '')
          entries[#entries + 1] = entry
          start = '(' .. entry[1]
        end
        hasMore = #more == count
        -- As many as are likely to fill the rest.
        if #entries > 0 then
          step = math.max(1, math.min(1000, math.floor((maximum - bytes) * #entries / (bytes + #entries))))
        end
      end
      return { epoch, floor, last, found and 1 or 0, hasMore and 1 or 0, entries }
      """

  /// KEYS: what is known of topics. ARGV: the epoch that is over, and another. Answers the one that holds.
  static let renew = """
    local old, new = unpack(ARGV)
    local epoch = redis.call('HGET', KEYS[1], '/epoch')
    if epoch and epoch ~= old then return epoch end
    redis.call('HSET', KEYS[1], '/epoch', new)
    return new
    """
}
