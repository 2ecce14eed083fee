/// The events that change tables. An event that is not listed here is counted and archived all the
/// same.
///
/// To take in another event: a case here, and its line in `Normalizer.apply`. Names compare without
/// case, because they differ between versions.
enum Event: String, CaseIterable {
  case newchannel = "Newchannel"
  case newstate = "Newstate"
  case newCallerid = "NewCallerid"
  case newConnectedLine = "NewConnectedLine"
  case newAccountCode = "NewAccountCode"
  case newexten = "Newexten"
  case hangup = "Hangup"
  case hangupRequest = "HangupRequest"
  case softHangupRequest = "SoftHangupRequest"
  case localBridge = "LocalBridge"
  case dialBegin = "DialBegin"
  case dialState = "DialState"
  case dialEnd = "DialEnd"
  case bridgeCreate = "BridgeCreate"
  case bridgeDestroy = "BridgeDestroy"
  case bridgeEnter = "BridgeEnter"
  case bridgeLeave = "BridgeLeave"
  case attendedTransfer = "AttendedTransfer"
  case blindTransfer = "BlindTransfer"
  case pickup = "Pickup"
  case parkedCall = "ParkedCall"
  case parkedCallTimeOut = "ParkedCallTimeOut"
  case parkedCallGiveUp = "ParkedCallGiveUp"
  case parkedCallSwap = "ParkedCallSwap"
  case unparkedCall = "UnParkedCall"
  case confbridgeStart = "ConfbridgeStart"
  case confbridgeJoin = "ConfbridgeJoin"
  case confbridgeLeave = "ConfbridgeLeave"
  case confbridgeEnd = "ConfbridgeEnd"
  case confbridgeMute = "ConfbridgeMute"
  case confbridgeUnmute = "ConfbridgeUnmute"
  case confbridgeTalking = "ConfbridgeTalking"
  case confbridgeRecord = "ConfbridgeRecord"
  case confbridgeStopRecord = "ConfbridgeStopRecord"
  case confbridgeListRooms = "ConfbridgeListRooms"
  case hold = "Hold"
  case unhold = "Unhold"
  case mixMonitorStart = "MixMonitorStart"
  case mixMonitorStop = "MixMonitorStop"
  case monitorStart = "MonitorStart"
  case monitorStop = "MonitorStop"
  case originateResponse = "OriginateResponse"
  case dtmfEnd = "DTMFEnd"
  case dtmf = "DTMF"
  case transfer = "Transfer"
  case varSet = "VarSet"
  case queueCallerJoin = "QueueCallerJoin"
  case cdr = "Cdr"
  case cel = "CEL"
  case userEvent = "UserEvent"
  case fullyBooted = "FullyBooted"
  case shutdown = "Shutdown"
  case reload = "Reload"
  case load = "Load"
  case unload = "Unload"
  case queueCallerLeave = "QueueCallerLeave"
  case queueCallerAbandon = "QueueCallerAbandon"
  case agentCalled = "AgentCalled"
  case agentRingNoAnswer = "AgentRingNoAnswer"
  case agentConnect = "AgentConnect"
  case agentComplete = "AgentComplete"
  case agentDump = "AgentDump"
  case agentLogin = "AgentLogin"
  case agentLogoff = "AgentLogoff"
  case agents = "Agents"
  case queueParams = "QueueParams"
  case queueMember = "QueueMember"
  case queueEntry = "QueueEntry"
  case queueStatusComplete = "QueueStatusComplete"
  case queueMemberAdded = "QueueMemberAdded"
  case queueMemberRemoved = "QueueMemberRemoved"
  case queueMemberPause = "QueueMemberPause"
  case queueMemberStatus = "QueueMemberStatus"
  case queueMemberPenalty = "QueueMemberPenalty"
  case queueMemberRinginuse = "QueueMemberRinginuse"
  case contactStatus = "ContactStatus"
  case peerStatus = "PeerStatus"
  case registry = "Registry"
  case deviceStateChange = "DeviceStateChange"
  case rtcpSent = "RTCPSent"
  case rtcpReceived = "RTCPReceived"
  case contactList = "ContactList"
  case contactListComplete = "ContactListComplete"
  case contactStatusDetail = "ContactStatusDetail"
  case endpointList = "EndpointList"
  case peerEntry = "PeerEntry"
  case registryEntry = "RegistryEntry"
  case outboundRegistrationDetail = "OutboundRegistrationDetail"
  case failedACL = "FailedACL"
  case invalidAccountID = "InvalidAccountID"
  case sessionLimit = "SessionLimit"
  case memoryLimit = "MemoryLimit"
  case loadAverageLimit = "LoadAverageLimit"
  case requestNotSupported = "RequestNotSupported"
  case requestNotAllowed = "RequestNotAllowed"
  case authMethodNotAllowed = "AuthMethodNotAllowed"
  case requestBadFormat = "RequestBadFormat"
  case successfulAuth = "SuccessfulAuth"
  case unexpectedAddress = "UnexpectedAddress"
  case challengeResponseFailed = "ChallengeResponseFailed"
  case invalidPassword = "InvalidPassword"
  case challengeSent = "ChallengeSent"
  case invalidTransport = "InvalidTransport"

  private static let byName = [String: Event](
    uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })

  /// The event of this name, if it is one of these.
  init?(name: String) {
    guard let event = Self.byName[name.lowercased()] else { return nil }
    self = event
  }

  /// Whether its `Uniqueid` and `Linkedid` are a channel's at that moment: not in records of what
  /// was, and not where a user writes the headers.
  var showsChannel: Bool {
    switch self {
    case .cdr, .cel, .userEvent: false
    default: true
    }
  }
}
