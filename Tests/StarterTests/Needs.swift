import ServiceSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test for want of a component; in CI it runs and fails.
  static func needs(_ component: Component) -> Self {
    .enabled(if: component.isHereOrCI, "\(component.advice)")
  }
}
