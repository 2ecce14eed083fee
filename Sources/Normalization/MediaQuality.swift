import AMI

// What RTCP reports and Asterisk's own sums say of the media of a channel.

extension Normalizer {
  /// A report that Asterisk sent: what it received, in its report blocks.
  mutating func rtcpSent(_ frame: borrowing Frame, at time: Instant) {
    rtcp(frame, report: "rtcp-sent", stream: "in", address: "To", at: time)
  }

  /// A report that came in: what the other side received of what Asterisk sends.
  mutating func rtcpReceived(_ frame: borrowing Frame, at time: Instant) {
    rtcp(frame, report: "rtcp-received", stream: "out", address: "From", at: time)
  }

  /// One row per report block; one without its columns for a report that has none.
  ///
  /// **Source:** main/rtp_engine.c, `rtcp_report_to_ami`; RFC 3550, section 6.4.
  private mutating func rtcp(
    _ frame: borrowing Frame, report: String, stream: String, address: String, at time: Instant
  ) {
    var row = MediaQualityRow()
    row.serverID = serverID
    row.receivedAt = time
    row.report = report
    row.stream = stream
    row.address = frame.knownText(named: address)
    row.roundTrip = RTCPValue.seconds(frame.text(named: "RTT")).flatMap { $0 > 0 ? $0 : nil }
    row.mes = RTCPValue.decimal(frame.text(named: "MES"))
    var blocks = RTCPBlocks()
    for header in frame.headers where header.hasColon {
      let name = frame.bytes[header.nameRange]
      let value = frame.bytes[header.valueRange]
      if name.starts(with: "Report".utf8) { blocks.take(name.dropFirst(6), value) }
    }
    row.packet = frame.knownText(named: "PT")
    row.ssrc = RTCPValue.number(
      frame.text(named: "SSRC") ?? frame.text(named: "OurSSRC") ?? frame.text(named: "SenderSSRC"))
    row.sentPackets = RTCPValue.number(frame.text(named: "SentPackets"))
    row.sentOctets = RTCPValue.number(frame.text(named: "SentOctets"))
    let slot = knownChannel(frame, .uniqueid)
    row.channelID = slot.map { channels[$0].row.id }
    if let slot { measure(slot, frame, ssrc: row.ssrc) }
    if blocks.list.isEmpty, let old = RTCPBlock(firstGeneration: frame) { blocks.list = [old] }
    for (number, block) in blocks.list.enumerated() {
      var blockRow = row
      blockRow.block = Int64(number)
      fill(&blockRow, block, slot)
      append(&blockRow)
    }
    if blocks.list.isEmpty { append(&row) }
  }

  private func fill(_ row: inout MediaQualityRow, _ block: RTCPBlock, _ slot: Int?) {
    row.sourceSSRC = block.sourceSSRC
    row.fractionLost = block.fractionLost
    row.lost = block.lost
    row.highestSequence = block.highestSequence
    row.sequenceCycles = block.sequenceCycles
    row.jitter = block.jitter
    row.jitterTime = block.jitterTime
    guard let jitter = block.jitter else { return }
    let clocks = slot.map { channels[$0].clocks } ?? []
    let known = clocks.filter { $0.rate > 0 }
    let clock = known.first { $0.ssrc == block.sourceSSRC } ?? known.first
    row.clockRate = clock?.rate ?? MediaClock.usual
    row.clockSource = clock == nil ? "assumed" : "measured"
    // Both are within 32 bits.
    row.jitterTime = TimeSpan.seconds(jitter).microseconds / max(row.clockRate!, 1)
  }

  private mutating func append(_ row: inout MediaQualityRow) {
    row.id = counters.mediaQuality.next(serverID)
    mediaQuality.append(row)
  }

  /// Takes the clock of the stream that a sender report belongs to.
  private mutating func measure(_ slot: Int, _ frame: borrowing Frame, ssrc: Int64?) {
    guard let ssrc, let sentAt = RTCPValue.networkTime(frame.text(named: "SentNTP")),
      let timestamp = RTCPValue.number(frame.text(named: "SentRTP"))
    else { return }
    if let place = channels[slot].clocks.firstIndex(where: { $0.ssrc == ssrc }) {
      channels[slot].clocks[place].measure(sentAt: sentAt, timestamp: timestamp)
    } else if channels[slot].clocks.count < MediaClock.streamsMax {
      channels[slot].clocks.append(
        MediaClock(ssrc: ssrc, sentAt: sentAt, timestamp: timestamp, rate: 0))
    }
  }

  // MARK: Sums

  /// RTPAUDIOQOS is set when a channel ends: one row for each direction in which packets went.
  ///
  /// Its jitter is left out: which of the two is whose changed between versions, and one is divided
  /// by 65536 whatever the clock.
  ///
  /// **Source:** main/rtp_engine.c, `ast_rtp_instance_get_quality` and
  /// `ast_rtp_instance_set_stats_vars`; recordings (`txmes` is there without any report received,
  /// so it is of what Asterisk received).
  mutating func qualityVariable(_ frame: borrowing Frame, at time: Instant) {
    guard frame.has(.variable, "RTPAUDIOQOS"), let slot = knownChannel(frame, .uniqueid),
      let text = frame.knownText(of: .value), channels[slot].quality != text
    else { return }
    // It is set twice at times, with the same values.
    channels[slot].quality = text
    var values: [Substring: String] = [:]
    for part in text.split(separator: ";") {
      guard let sign = part.firstIndex(of: "=") else { continue }
      values[part[..<sign]] = String(part[part.index(after: sign)...])
    }
    var row = MediaQualityRow()
    row.serverID = serverID
    row.channelID = channels[slot].row.id
    row.receivedAt = time
    row.report = "final"
    row.roundTrip = RTCPValue.seconds(values["rtt"]).flatMap { $0 > 0 ? $0 : nil }
    let (ours, theirs) = (RTCPValue.number(values["ssrc"]), RTCPValue.number(values["themssrc"]))
    for (stream, reporter, source, count, lost, mes) in [
      ("in", ours, theirs, "rxcount", "lp", "txmes"),
      ("out", theirs, ours, "txcount", "rlp", "rxmes"),
    ] {
      guard let packets = RTCPValue.number(values[Substring(count)]), packets > 0 else { continue }
      row.stream = stream
      row.ssrc = reporter == 0 ? nil : reporter
      row.sourceSSRC = source
      row.packets = packets
      row.lost = RTCPValue.lost(values[Substring(lost)])
      row.mes = RTCPValue.decimal(values[Substring(mes)])
      append(&row)
    }
  }
}
