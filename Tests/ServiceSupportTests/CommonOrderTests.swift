import Testing

@testable import ServiceSupport

@Suite struct CommonOrderTests {
  @Test func fitsAll() {
    #expect(CommonOrder.find([[0, 2], [0, 1]], count: 4) == [0, 1, 2])
    #expect(CommonOrder.find([[2, 0], [3, 2]], count: 4) == [3, 2, 0])
    #expect(CommonOrder.find([], count: 2) == [])
  }

  @Test func isNotThereForContradictions() {
    #expect(CommonOrder.find([[0, 1], [1, 0]], count: 2) == nil)
    #expect(CommonOrder.find([[0, 1], [1, 2], [2, 0]], count: 3) == nil)
  }
}
