import AMI

/// The actions that were sent and are not yet answered in full, and the sorting of frames to them.
///
/// | frame | belongs to an action if |
/// |---|---|
/// | response | its `ActionID` is that of an open action |
/// | list item | the same; live events (`OriginateResponse`, `UserEvent`) can carry an `ActionID` too, see `Frame.isListItem` |
///
/// A list begins with `EventList: start` in the response; before Asterisk 12 (AMI 1.x), where that
/// header is rare, with a message that events follow. It ends with an item that has an `EventList`
/// header (`Complete`) or, in AMI 1.x, a name that ends in `Complete`; `DBGet` once had no
/// terminator, its one item is the end.
///
/// `Context` is what the owner keeps per action, such as the continuation that waits.
struct OpenActions<Context> {
  /// An action that needs nothing more.
  struct Finished {
    let context: Context
    let outcome: Outcome
  }

  enum Outcome {
    case answered(Answer)
    case refused(Frame)
    /// The list passed the limit.
    case overlong
  }

  /// What a frame meant.
  enum Effect {
    /// The frame belongs to no open action.
    case none
    /// It belongs to one that goes on; `beginsList` when a list begins here.
    case taken(beginsList: Bool, actionID: String)
    case finished(Finished)
  }

  private struct Entry {
    var context: Context
    var response: Frame?
    var isMarked = false
    var items: [Frame] = []
    var itemBytes = 0
  }

  private var entries: [String: Entry] = [:]
  private let limits: Limits

  init(_ limits: Limits) { self.limits = limits }

  var count: Int { entries.count }

  /// Whether an open action has this ActionID.
  func has(_ actionID: String) -> Bool { entries[actionID] != nil }

  /// Begins to wait for the answer to `actionID`, which no open action may have.
  mutating func add(_ actionID: String, _ context: Context) {
    let old = entries.updateValue(Entry(context: context), forKey: actionID)
    precondition(old == nil, "two open actions with one ActionID")
  }

  /// Stops waiting; nil when the action is not open.
  mutating func remove(_ actionID: String) -> Context? {
    entries.removeValue(forKey: actionID)?.context
  }

  /// Changes what the owner keeps for an open action.
  mutating func update(_ actionID: String, _ change: (inout Context) -> Void) {
    guard let index = entries.index(forKey: actionID) else { return }
    change(&entries.values[index].context)
  }

  /// Stops waiting for all.
  mutating func removeAll() -> [Context] {
    defer { entries = [:] }
    return entries.values.map(\.context)
  }

  /// Sorts one frame.
  mutating func take(_ frame: Frame) -> Effect {
    guard !entries.isEmpty, let actionID = frame.value(of: .actionID),
      frame.kind == .response || frame.isListItem
    else { return .none }
    let key = Text.decode(actionID)
    guard let index = entries.index(forKey: key) else { return .none }
    return frame.kind == .response ? respond(key, index, frame) : add(frame, to: key, index)
  }

  private typealias Index = Dictionary<String, Entry>.Index

  private mutating func respond(_ key: String, _ index: Index, _ frame: Frame) -> Effect {
    guard entries.values[index].response == nil else { return .none }
    if frame.has(.response, "Error") {
      return .finished(
        Finished(context: entries.remove(at: index).value.context, outcome: .refused(frame)))
    }
    guard Self.beginsList(frame) else { return finish(index, response: frame, completion: nil) }
    entries.values[index].response = frame
    entries.values[index].isMarked = frame.range(of: .eventList) != nil
    return .taken(beginsList: true, actionID: key)
  }

  private mutating func add(_ item: Frame, to key: String, _ index: Index) -> Effect {
    guard let response = entries.values[index].response else { return .none }
    if Self.endsList(item) { return finish(index, response: response, completion: item) }
    entries.values[index].items.append(item)
    entries.values[index].itemBytes += item.bytes.count
    if !entries.values[index].isMarked, item.has(.event, "DBGetResponse") {
      return finish(index, response: response, completion: nil)
    }
    guard entries.values[index].items.count <= limits.listItemsMax,
      entries.values[index].itemBytes <= limits.listBytesMax
    else {
      return .finished(
        Finished(context: entries.remove(at: index).value.context, outcome: .overlong))
    }
    return .taken(beginsList: false, actionID: key)
  }

  private mutating func finish(_ index: Index, response: Frame, completion: Frame?) -> Effect {
    let entry = entries.remove(at: index).value
    let answer = Answer(response: response, items: entry.items, completion: completion)
    return .finished(Finished(context: entry.context, outcome: .answered(answer)))
  }

  /// **Source:** the recorded answers of Asterisk 16 and 22; `main/manager.c`, `apps/app_queue.c`,
  /// `channels/chan_sip.c` of 1.4 to 11 (`Queue status will follow`, `Peer status list will
  /// follow`).
  private static func beginsList(_ response: Frame) -> Bool {
    if let mark = response.text(of: .eventList) { return mark.lowercased() == "start" }
    guard response.has(.response, "Success"), response.range(of: .output) == nil,
      let message = response.text(of: .message)?.lowercased()
    else { return false }
    return message.contains("follow") && !message.hasPrefix("command output")
  }

  private static func endsList(_ item: Frame) -> Bool {
    if item.range(of: .eventList) != nil { return true }
    return item.text(of: .event)?.hasSuffix("Complete") == true
  }
}
