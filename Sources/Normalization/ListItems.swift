import AMI

extension Normalizer {
  /// Takes in an item of a list: an answer to an action says what there is at that moment.
  mutating func applyListItem(_ event: Event?, _ frame: borrowing Frame, at time: Instant) {
    switch event {
    case .queueParams: queueParams(frame, at: time)
    case .queueMember:
      queueMember(frame, at: time)
      sampleMember(frame)
    case .agents: agents(frame, at: time)
    case .queueEntry:
      if frame.range(of: .uniqueid) == nil {
        oldQueueEntry(frame, at: time)
      } else {
        queueEntry(frame, at: time)
      }
      sampleEntry(frame)
    case .queueStatusComplete:
      queueStatusComplete()
      queueListComplete("status", frame)
    case .queueSummary: queueSummary(frame, at: time)
    case .queueSummaryComplete: queueListComplete("summary", frame)
    case .coreShowChannel: channelIsListed(.channels, frame, at: time)
    case .coreShowChannelsComplete: channelsAreListed(.channels, frame, at: time)
    case .status: channelIsListed(.status, frame, at: time)
    case .statusComplete: channelsAreListed(.status, frame, at: time)
    case .bridgeListItem: bridgeIsListed(frame, at: time)
    case .bridgeListComplete: bridgesAreListed(frame, at: time)
    case .bridgeInfoChannel: bridgeChannelIsListed(frame, at: time)
    case .bridgeInfoComplete: bridgeChannelsAreListed(frame, at: time)
    case .parkedCall: parkedCallIsListed(frame, at: time)
    case .parkedCallsComplete: parkedCallsAreListed(frame, at: time)
    case .confbridgeListRooms: conferenceIsListed(frame, at: time)
    case .confbridgeListRoomsComplete: conferencesAreListed(frame, at: time)
    case .confbridgeList: conferenceMemberIsListed(frame, at: time)
    case .confbridgeListComplete: conferenceMembersAreListed(frame, at: time)
    case .contactList: contactList(frame, at: time)
    case .contactListComplete: contactListComplete()
    case .contactStatusDetail: contactStatusDetail(frame, at: time)
    case .endpointList: endpointList(frame, at: time)
    case .peerEntry: peerEntry(frame, at: time)
    case .peerStatus: peerStatus(frame, at: time, isSnapshot: true)
    case .registryEntry: registryEntry(frame, at: time)
    case .outboundRegistrationDetail: outboundRegistrationDetail(frame, at: time)
    case .deviceStateChange: deviceState(frame, at: time, isSnapshot: true)
    default: break
    }
  }
}
