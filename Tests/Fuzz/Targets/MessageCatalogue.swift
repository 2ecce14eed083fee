internal import Journal

@testable internal import AMI
@testable internal import Normalization

/// The messages that the generator composes from: each kind of event as it stands in the recordings
/// and in the streams of the versions before 12, which `scripts/fuzz` puts into a file, and those
/// that no recording has.
struct MessageCatalogue: Sendable {
  struct Header: Sendable {
    var name: String
    var value: String
  }
  struct Message: Sendable {
    var headers: [Header]
  }

  static let shared = MessageCatalogue()

  /// Reads them.
  @Sendable static func prepare() {
    require(shared.messages.count > 300, "run scripts/fuzz, which makes the file of messages")
  }

  let messages: [Message]

  private init() {
    var messages: [Message] = []
    var known: Set<String> = []
    Self.read(ScratchFile.path("messages")) { frame in
      let headers = frame.headers.map {
        Header(
          name: Text.decode(frame.bytes[$0.nameRange]),
          value: Text.decode(frame.bytes[$0.valueRange]))
      }
      messages.append(Message(headers: headers))
      known.insert("\(frame.text(of: .event) ?? "") \(frame.isListItem)")
    }
    for event in Event.allCases {
      for isListItem in [false, true] where !known.contains("\(event.rawValue) \(isListItem)") {
        let mark = isListItem ? "ActionID" : "Privilege"
        let names = ["Event", mark] + Self.subjects
        messages.append(
          Message(
            headers: names.map { Header(name: $0, value: $0 == "Event" ? event.rawValue : "1") }))
      }
    }
    self.messages = messages
  }

  /// What an event may be about.
  private static let subjects = [
    "Channel", "Uniqueid", "Linkedid", "DestChannel", "DestUniqueid", "BridgeUniqueid", "Queue",
    "Interface", "MemberName", "Agent", "Device", "Peer", "URI", "Conference", "Variable",
    "LocalOneUniqueid", "LocalTwoUniqueid", "ParkeeUniqueid", "TransfererUniqueid",
    "TransfereeUniqueid", "Uniqueid1", "Uniqueid2", "SrcUniqueid", "State", "Status", "PeerStatus",
    "Extension", "Meetme", "Usernum", "ListItems",
  ]

  private static func read(_ path: String, _ take: (borrowing Frame) -> Void) {
    var buffer = FrameBuffer()
    var frame = Frame()
    var bytes: [UInt8] = []
    do {
      let capture = try Capture(path: path)
      while try capture.next(into: &bytes) != nil {
        buffer.append(bytes)
        while buffer.next(into: &frame) { take(frame) }
      }
    } catch {
      fatalError("\(error)")
    }
  }
}
