import AMI

/// The actions whose outcome an event will tell, from when they are sent until it is known. The
/// event may come before anybody waits for it; then it is kept.
///
/// `Context` is what the owner keeps of one who waits.
struct OpenOutcomes<Context> {
  private struct Entry {
    let outcome: ActionOutcome
    let action: Action
    var event: Frame?
    var context: Context?
  }

  /// In the order in which they were sent: of two transfers by one channel the first event tells
  /// the first.
  private var entries: [Entry] = []

  /// Begins to look for the event that tells the outcome of `action`, which has its ActionID.
  mutating func expect(_ outcome: ActionOutcome, of action: Action) {
    entries.append(Entry(outcome: outcome, action: action))
  }

  /// Looks whether `event` tells an outcome. Returns who waited for it, and no longer does.
  mutating func take(_ event: Frame) -> Context? {
    let place = entries.firstIndex {
      $0.event == nil && $0.outcome.isTold(by: event, of: $0.action)
    }
    guard let place else { return nil }
    guard let context = entries[place].context else {
      entries[place].event = event
      return nil
    }
    entries.remove(at: place)
    return context
  }

  /// What somebody finds who begins to wait.
  enum Waiting {
    /// It came already.
    case told(Frame)
    /// `context` will be returned with it.
    case waits
    /// Nobody looks for it any more.
    case forgotten
  }

  /// Begins to wait for the outcome of the action `actionID`.
  mutating func wait(for actionID: String, _ context: Context) -> Waiting {
    guard let place = place(of: actionID) else { return .forgotten }
    guard let event = entries[place].event else {
      entries[place].context = context
      return .waits
    }
    entries.remove(at: place)
    return .told(event)
  }

  /// No longer looks for the outcome of an action; returns who waits for it.
  mutating func remove(_ actionID: String) -> Context? {
    place(of: actionID).flatMap { entries.remove(at: $0).context }
  }

  /// No longer looks for any; returns all who wait.
  mutating func removeAll() -> [Context] {
    defer { entries = [] }
    return entries.compactMap(\.context)
  }

  private func place(of actionID: String) -> Int? {
    entries.firstIndex { $0.action.actionID == actionID }
  }
}
