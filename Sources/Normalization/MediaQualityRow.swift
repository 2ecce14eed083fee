import AMI

/// A row of `media_quality`; schema/0004-devices.sql says what each column is.
public struct MediaQualityRow: Row, Sendable {
  public static let table = "media_quality"
  public static let columns = [
    "id", "server_id", "channel_id", "received_us", "report", "stream", "packet", "block", "ssrc",
    "source_ssrc", "address", "sent_packets", "sent_octets", "packets", "fraction_lost", "lost",
    "highest_sequence", "sequence_cycles", "jitter", "clock_hz", "clock_source", "jitter_us",
    "round_trip_us", "mes",
  ]

  var id: Int64 = 0
  var serverID: Int64 = 0
  var channelID: Int64?
  var receivedAt = Instant.epoch
  var report = ""
  var stream = ""
  var packet: String?
  var block: Int64?
  var ssrc: Int64?
  var sourceSSRC: Int64?
  var address: String?
  var sentPackets: Int64?
  var sentOctets: Int64?
  var packets: Int64?
  var fractionLost: Int64?
  var lost: Int64?
  var highestSequence: Int64?
  var sequenceCycles: Int64?
  var jitter: Int64?
  var clockRate: Int64?
  var clockSource: String?
  var jitterTime: Int64?
  var roundTrip: Int64?
  /// A decimal number as text, which SQLite makes a number of.
  var mes: String?

  public mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&id)
    visitor.visit(&serverID)
    visitor.visit(&channelID)
    visitor.visit(&receivedAt)
    visitor.visit(&report)
    visitor.visit(&stream)
    visitor.visit(&packet)
    visitor.visit(&block)
    visitor.visit(&ssrc)
    visitor.visit(&sourceSSRC)
    visitor.visit(&address)
    visitor.visit(&sentPackets)
    visitor.visit(&sentOctets)
    visitor.visit(&packets)
    visitor.visit(&fractionLost)
    visitor.visit(&lost)
    visitor.visit(&highestSequence)
    visitor.visit(&sequenceCycles)
    visitor.visit(&jitter)
    visitor.visit(&clockRate)
    visitor.visit(&clockSource)
    visitor.visit(&jitterTime)
    visitor.visit(&roundTrip)
    visitor.visit(&mes)
  }
}

/// The clock of one media stream, measured from the times and timestamps of its sender reports.
/// Events do not tell the codec, and jitter is in units of that clock.
struct MediaClock: Visitable {
  /// Rates of codecs that Asterisk has, in hertz. **Source:** main/codec_builtin.c, RFC 3551.
  static let rates: [Int64] = [
    8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 90_000,
  ]
  /// What telephony mostly has (G.711, G.729, G.722 by its RTP clock), in hertz.
  static let usual: Int64 = 8000
  /// Reports closer to each other than this measure badly.
  static let shortest = TimeSpan.seconds(1)
  /// How many streams of one channel are measured.
  static let streamsMax = 8

  var ssrc: Int64 = 0
  var sentAt = Instant.epoch
  var timestamp: Int64 = 0
  /// 0 while it is not known.
  var rate: Int64 = 0

  /// Another sender report of the stream.
  mutating func measure(sentAt time: Instant, timestamp next: Int64) {
    let elapsed = time.since(sentAt)
    guard elapsed >= Self.shortest else { return }
    // Timestamps have 32 bits and wrap.
    let units = (next &- timestamp) & 0xFFFF_FFFF
    sentAt = time
    timestamp = next
    let measured = TimeSpan.seconds(units).microseconds / elapsed.microseconds
    // A silent sender's timestamps stand still: only what fits a codec is believed, within 2 %.
    if let fitting = Self.rates.first(where: { abs($0 - measured) * 50 <= $0 }) { rate = fitting }
  }

  mutating func visit(_ visitor: inout some FieldVisitor) {
    visitor.visit(&ssrc)
    visitor.visit(&sentAt)
    visitor.visit(&timestamp)
    visitor.visit(&rate)
  }
}
