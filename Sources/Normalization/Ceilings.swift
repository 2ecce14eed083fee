/// The most that the normalizer holds of each kind of thing, so that no stream, however long and
/// whatever is in it, takes more than a certain memory, and no saved state is greater than that.
///
/// Each is about ten times what the largest servers have: 2,500 calls at once, 5,000 telephones,
/// 500 agents. Whoever reaches one sees a stream that is not a telephone system's, or a server
/// whose ends of things do not arrive.
///
/// Beyond a ceiling what was least recently seen is let go of, a sixteenth of the ceiling at once:
/// what goes on is closed, with `limit` as the word that says why, and what is over and held for
/// late events is forgotten earlier than it would be. Events about it that come later open it anew.
/// How many were let go of in a session, and when, is a row in `limits`. The archive has all of the
/// stream in any case.
///
/// A saved state takes at most about 150 bytes for each thing that is held, and the bytes of its
/// texts: with texts of the usual length 100 MB if every ceiling is reached at once.
public struct Ceilings: Sendable, Equatable {
  /// What a ceiling is for; the raw value is the word in `limits`.
  public enum Kind: String, CaseIterable, Sendable {
    case channels
    case linkedids
    case bridges
    case conferences
    case parkings
    case transfers
    case recordings
    case queues
    case visits = "queue_visits"
    case offers = "queue_offers"
    case members = "queue_members"
    case samples = "queue_samples"
    case agents
    case registrations
    case devices = "device_states"
    case eventNames = "event_names"
    case early = "early_records"
    case reaches = "dials_before_12"
  }

  /// Channels that live, or ended within `Normalizer.lingerTime`. So many are calls, dials, holds
  /// and stays in bridges and conferences: each is of a channel.
  public var channels = 50_000
  /// Linkedids that lead to calls: a call that goes on may have had many. Those beyond join no more
  /// channels to their call.
  public var linkedids = 100_000
  /// Bridges that exist.
  public var bridges = 50_000
  /// Conferences that go on.
  public var conferences = 10_000
  /// Channels that are parked.
  public var parkings = 10_000
  /// Transfers of which some channel is held.
  public var transfers = 50_000
  /// Recordings that go on.
  public var recordings = 50_000
  /// Queues, by name. They are never forgotten, as other rows refer to them: those that are named
  /// beyond the ceiling are one queue, `otherNames`.
  public var queues = 10_000
  /// Visits that go on, or ended within `Normalizer.lingerTime`.
  public var visits = 50_000
  /// Offers that are open.
  public var offers = 50_000
  /// Memberships of queues that go on.
  public var members = 50_000
  /// Queues in lists that have not come to their end. Those beyond become no rows.
  public var samples = 10_000
  /// Agents, by name. One that is forgotten begins anew.
  public var agents = 20_000
  /// States of registrations, contacts and endpoints that last.
  public var registrations = 100_000
  /// States of devices that last.
  public var devices = 100_000
  /// Names of events in an hour, besides those that are in `Event`; Asterisk has about 200. Those
  /// beyond are counted together, as `otherNames`.
  public var eventNames = 2_000
  /// Records and results that came before their channel, each: they get no channel.
  public var early = 10_000
  /// Dials whose end Asterisk before 12 does not tell, uniqueids that mean other channels, and
  /// transfers that were announced, each.
  public var reaches = 4_096

  /// The name of what is beyond a ceiling and has none of its own.
  public static let otherNames = "(others)"
  /// Of how many parts of a ceiling one is let go of at once.
  static let share = 16
  /// In how many of the latest things one is looked for that has no name.
  static let lookedThrough = 1_000
  /// With how many of those who are in a bridge a channel's call is joined as it enters. They have
  /// been joined with those before.
  static let joined = 16

  public init() {}

  /// The same ceiling for each kind.
  public init(all most: Int) {
    for kind in Kind.allCases { self[kind] = most }
  }

  /// The ceiling of a kind.
  public subscript(kind: Kind) -> Int {
    get { self[keyPath: Self.place(of: kind)] }
    set { self[keyPath: Self.place(of: kind)] = newValue }
  }

  private static func place(of kind: Kind) -> WritableKeyPath<Ceilings, Int> {
    switch kind {
    case .channels: \.channels
    case .linkedids: \.linkedids
    case .bridges: \.bridges
    case .conferences: \.conferences
    case .parkings: \.parkings
    case .transfers: \.transfers
    case .recordings: \.recordings
    case .queues: \.queues
    case .visits: \.visits
    case .offers: \.offers
    case .members: \.members
    case .samples: \.samples
    case .agents: \.agents
    case .registrations: \.registrations
    case .devices: \.devices
    case .eventNames: \.eventNames
    case .early: \.early
    case .reaches: \.reaches
    }
  }
}
