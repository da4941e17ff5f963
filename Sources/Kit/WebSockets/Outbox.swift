import NIOCore
import NIOHTTP1
import Updates
import WebServer

/// Publishes what one client says, one message after the other, and answers each.
final class Outbox {
  private struct Waiting: Sendable {
    var draft: Draft
    var topic: String?
    var ref: ClientMessage.Reference?

    /// Roughly, with what the entry itself takes.
    var bytes: Int { draft.data.utf8.count + 500 }
  }

  private let publisher: Publisher
  private let client: ClientAddress?
  private let isAuthorized: Bool
  private let maximumBytes: Int
  private let loop: any EventLoop
  private var waiting: [Waiting] = []
  /// Of the messages that wait or are being published.
  private var bytes = 0
  private var isBusy = false
  /// Called on the loop.
  var answer: ((Answer) -> Void)?

  init(_ request: TransportRequest, maximumBytes: Int) {
    publisher = request.publisher
    client = request.client
    isAuthorized = request.publisher.mayPublish(request.head.headers["Authorization"])
    loop = request.loop
    self.maximumBytes = maximumBytes
  }

  func publish(_ said: ClientMessage, on topic: String?, namesTopic: Bool) {
    let named = namesTopic ? topic : nil
    do throws(Admission.Rejection) {
      try publisher.admit(client, isAuthorized: isAuthorized)
      guard let data = said.data else { throw publisher.refused(.badRequest, "data is missing.") }
      let draft = try publisher.draft(on: topic, event: said.event, key: said.key, data: data)
      let message = Waiting(draft: draft, topic: named, ref: said.ref)
      guard bytes == 0 || bytes + message.bytes <= maximumBytes else {
        throw publisher.refused(.serviceUnavailable, "Too many messages wait to be published.")
      }
      bytes += message.bytes
      waiting.append(message)
      if !isBusy { publishWaiting() }
    } catch {
      answer?(Answer(.failure(error), topic: named, ref: said.ref))
    }
  }

  private func publishWaiting() {
    isBusy = true
    let batch = waiting
    waiting = []
    let bound = NIOLoopBound(self, eventLoop: loop)
    Task.running(on: loop) { [publisher] in
      var answers: [Answer] = []
      for message in batch {
        let result: Result<Cursor, Admission.Rejection>
        do throws(Admission.Rejection) {
          result = .success(try await publisher.publish(message.draft))
        } catch {
          result = .failure(error)
        }
        answers.append(Answer(result, topic: message.topic, ref: message.ref))
      }
      return answers
    } then: {
      bound.value.published(batch, $0)
    }
  }

  private func published(_ batch: [Waiting], _ answers: [Answer]) {
    bytes -= batch.reduce(0) { $0 + $1.bytes }
    for answer in answers { self.answer?(answer) }
    if waiting.isEmpty { isBusy = false } else { publishWaiting() }
  }
}
