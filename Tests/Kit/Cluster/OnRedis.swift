import ServiceSupport
import Testing

/// Tests with several processes that share one Redis. They take the whole machine, and so run one after
/// another.
@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: Component.redis.isHereOrCI, "\(Component.redis.advice)"))
struct OnRedis {}
