/// Every action that this package declares. Asterisk has more (`ListCommands` names them); those
/// go by name with free fields, as an ``Action``.
public enum ActionCatalogue {
  /// The actions, by name.
  public static let all: [ActionDescription] =
    types.map { $0.description }.sorted { $0.name.lowercased() < $1.name.lowercased() }

  /// The action with this name, in any case; nil when it is not declared here.
  public static func action(named name: String) -> ActionDescription? {
    all.first { $0.name.lowercased() == name.lowercased() }
  }

  /// The names that somebody who wrote `name` may have meant, nearest first, at most three.
  public static func names(near name: String) -> [String] {
    Spelling.nearest(to: name, among: all.map(\.name) + others)
  }

  /// The declarations. Whoever adds an action writes its file and its line here.
  static let types: [any DeclaredAction.Type] = [
    AbsoluteTimeout.self, AgentLogoff.self, Agents.self, AGI.self, AOCMessage.self, Atxfer.self,
    BlindTransfer.self, Bridge.self, BridgeInfo.self, BridgeList.self, Challenge.self,
    ChannelStatus.self, Command.self, ConfbridgeListRooms.self, CoreSettings.self,
    CoreShowChannels.self, CoreStatus.self, DeviceStateList.self, DialplanExtensionAdd.self,
    DialplanExtensionRemove.self, Events.self, ExtensionStateList.self, Filter.self, Getvar.self,
    Hangup.self, ListCommands.self, LoginAction.self, Logoff.self, Originate.self, Park.self,
    ParkedCalls.self, Parkinglots.self, Ping.self, PJSIPNotify.self, PJSIPQualify.self,
    PJSIPShowContacts.self, PJSIPShowEndpoints.self, PJSIPShowRegistrationsOutbound.self,
    QueueAdd.self, QueuePause.self, QueuePenalty.self, QueueReload.self, QueueRemove.self,
    QueueReset.self, QueueRule.self, QueueStatus.self, QueueSummary.self, Redirect.self,
    Setvar.self, SIPnotify.self, SIPpeers.self, SIPpeerstatus.self, SIPqualifypeer.self,
    SIPshowpeer.self, SIPshowregistry.self,
  ]
}
