extension ActionCatalogue {
  /// The names of the actions of Asterisk that are not declared here, so that a typo is told from
  /// an action that nobody described. Servers may have still others.
  ///
  /// **Source:** `manager show commands` of Asterisk 16 and 22; the documentation of 1.4 to 13 for
  /// what these no longer have.
  public static let others: [String] = {
    let declared = Set(all.map { $0.name.lowercased() })
    return names.split(whereSeparator: \.isWhitespace).map(String.init)
      .filter { !declared.contains($0.lowercased()) }
  }()

  /// The name in Asterisk's spelling, whether declared or not; nil when nobody knows it.
  public static func spelling(of name: String) -> String? {
    let folded = name.lowercased()
    return action(named: name)?.name ?? others.first { $0.lowercased() == folded }
  }

  private static let names = """
    AbsoluteTimeout AgentLogoff Agents AGI AOCMessage Atxfer BlindTransfer Bridge
    BridgeDestroy BridgeInfo BridgeKick BridgeList BridgeTechnologyList
    BridgeTechnologySuspend BridgeTechnologyUnsuspend CancelAtxfer Challenge ChangeMonitor
    Command ConfbridgeKick ConfbridgeList ConfbridgeListRooms ConfbridgeLock ConfbridgeMute
    ConfbridgeSetSingleVideoSrc ConfbridgeStartRecord ConfbridgeStopRecord ConfbridgeUnlock
    ConfbridgeUnmute ControlPlayback CoreSettings CoreShowChannelMap CoreShowChannels
    CoreStatus CreateConfig DAHDIDialOffhook DAHDIDNDoff DAHDIDNDon DAHDIHangup DAHDIRestart
    DAHDIShowChannels DAHDITransfer DataGet DBDel DBDelTree DBGet DBGetTree DBPut
    DeviceStateList DialplanExtensionAdd DialplanExtensionRemove Events ExtensionState
    ExtensionStateList FAXSession FAXSessions FAXStats Filter GetConfig GetConfigJSON Getvar
    Hangup IAXnetstats IAXpeerlist IAXpeers IAXregistry JabberSend ListCategories ListCommands
    LocalOptimizeAway LoggerRotate Login Logoff MailboxCount MailboxStatus MeetmeList
    MeetmeListRooms MeetmeMute MeetmeUnmute MessageSend MixMonitor MixMonitorMute ModuleCheck
    ModuleLoad Monitor MuteAudio MWIDelete MWIGet MWIUpdate Originate Park ParkedCalls
    Parkinglots PauseMonitor Ping PJSIPHangup PJSIPNotify PJSIPQualify PJSIPRegister
    PJSIPSetMaintenance PJSIPShowAors PJSIPShowAuths PJSIPShowContacts PJSIPShowEndpoint
    PJSIPShowEndpoints PJSIPShowMaintenance PJSIPShowRegistrationInboundContactStatuses
    PJSIPShowRegistrationsInbound PJSIPShowRegistrationsOutbound PJSIPShowResourceLists
    PJSIPShowSubscriptionsInbound PJSIPShowSubscriptionsOutbound PJSIPUnregister PlayDTMF
    PlayMF PresenceState PresenceStateList PRIShowSpans QueueAdd QueueChangePriorityCaller
    QueueLog QueueMemberRingInUse QueuePause QueuePenalty QueueReload QueueRemove QueueReset
    QueueRule Queues QueueStatus QueueSummary QueueWithdrawCaller Redirect Reload SendFlash
    SendText Setvar ShowDialPlan SIPnotify SIPpeers SIPpeerstatus SIPqualifypeer SIPshowpeer
    SIPshowregistry SKINNYdevices SKINNYlines SKINNYshowdevice SKINNYshowline
    SorceryMemoryCacheExpire SorceryMemoryCacheExpireObject SorceryMemoryCachePopulate
    SorceryMemoryCacheStale SorceryMemoryCacheStaleObject Status StopMixMonitor StopMonitor
    UnpauseMonitor UpdateConfig UserEvent VoicemailBoxSummary VoicemailForward VoicemailMove
    VoicemailRefresh VoicemailRemove VoicemailUsersList VoicemailUserStatus WaitEvent
    """
}
