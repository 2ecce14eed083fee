/// Asks for the state of every device Asterisk knows.
public struct DeviceStateList: DeclaredAction {
  /// The state of a device.
  public struct Device: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "DeviceStateChange"
    /// The device: `PJSIP/100`, `Custom:lamp`, `Queue:support_avail`.
    public let device: String
    /// `NOT_INUSE`, `INUSE`, `BUSY`, `RINGING`, `UNAVAILABLE`, …
    public let state: String

    /// Reads a `DeviceStateChange`.
    public init(_ item: Frame) throws(AnswerError) {
      device = try item.required("Device")
      state = try item.required("State")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Device]

  /// The state of every device.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "DeviceStateList", "Asks for the state of every device.", since: "13",
    source: "res/res_manager_devicestate.c, action_devicestatelist",
    privileges: ["call", "reporting"], effect: .reads,
    reply: .list(of: Device.self, end: "DeviceStateListComplete"))
}

/// Asks for the state of every extension with a hint.
public struct ExtensionStateList: DeclaredAction {
  /// The state of an extension.
  public struct Extension: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "ExtensionStatus"
    /// The extension.
    public let exten: String
    /// Its context.
    public let context: String?
    /// The devices its state is made of.
    public let hint: String?
    /// Asterisk's number of the state: 0 idle, 1 in use, 2 busy, 4 unavailable, 8 ringing, 16 on
    /// hold, and sums of these; -1 for an extension without a hint.
    public let status: Int?
    /// The state's name: `Idle`, `InUse`.
    public let statusText: String?

    /// Reads an `ExtensionStatus`.
    public init(_ item: Frame) throws(AnswerError) {
      exten = try item.required("Exten")
      context = item.known("Context")
      hint = item.known("Hint")
      status = item.number("Status")
      statusText = item.known("StatusText")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Extension]

  /// The state of every extension with a hint.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "ExtensionStateList", "Asks for the state of every extension with a hint.", since: "13",
    source: "main/manager.c, action_extensionstatelist", privileges: ["call", "reporting"],
    effect: .reads, reply: .list(of: Extension.self, end: "ExtensionStateListComplete"))
}

/// Asks for the conferences of ConfBridge.
public struct ConfbridgeListRooms: DeclaredAction {
  /// A conference.
  public struct Room: AnswerItem, Equatable {
    /// The name of the event.
    public static let event = "ConfbridgeListRooms"
    /// The name.
    public let conference: String
    /// How many are in it.
    public let parties: Int?
    /// How many of them are marked.
    public let marked: Int?
    /// Whether nobody else may come in.
    public let isLocked: Bool?
    /// Whether it is muted; nil before Asterisk 14.
    public let isMuted: Bool?

    /// Reads a `ConfbridgeListRooms`.
    public init(_ item: Frame) throws(AnswerError) {
      conference = try item.required("Conference")
      parties = item.number("Parties")
      marked = item.number("Marked")
      isLocked = item.flag("Locked")
      isMuted = item.flag("Muted")
    }
  }

  /// What the answer is read as.
  public typealias Reply = [Room]

  /// The conferences of ConfBridge.
  public init() {}

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "ConfbridgeListRooms", "Asks for the conferences of ConfBridge.", since: "10",
    source: "apps/app_confbridge.c, action_confbridgelistrooms", privileges: ["reporting"],
    effect: .reads,
    reply: .list(
      of: Room.self, end: "ConfbridgeListRoomsComplete", isEmpty: ["No active conferences"]))
}
