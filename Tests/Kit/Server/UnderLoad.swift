import Testing

/// Tests that take the whole machine, and so run one after another.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UnderLoad {}
