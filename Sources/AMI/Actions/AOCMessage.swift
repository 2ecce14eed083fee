/// Sends an Advice of Charge to a channel.
public struct AOCMessage: DeclaredAction {
  /// Whose charge it is.
  public enum Kind: String, ActionChoice {
    /// AOC-D: of a call that goes on.
    case during = "D"
    /// AOC-E: of a call that has ended.
    case end = "E"
  }

  /// What is charged.
  public enum Charge: Sendable, Equatable {
    /// Nothing is known.
    case notAvailable
    /// Nothing.
    case free
    /// Money: `amount` times `multiplier`. Names are cut to 10 characters.
    case currency(name: String? = nil, amount: Int, multiplier: Multiplier)
    /// Units, the first of which must have an amount.
    case units([Unit])
  }

  /// An entry of the list of units.
  public struct Unit: Sendable, Equatable {
    /// How many units.
    public var amount: Int?
    /// What they are, a positive number; ETSI knows 1 to 16.
    public var type: Int?

    /// `amount` units of `type`.
    public init(amount: Int?, type: Int? = nil) {
      self.amount = amount
      self.type = type
    }
  }

  /// What an amount of money is multiplied with.
  public enum Multiplier: String, ActionChoice {
    /// 0.001.
    case oneThousandth = "OneThousandth"
    /// 0.01.
    case oneHundredth = "OneHundredth"
    /// 0.1.
    case oneTenth = "OneTenth"
    /// 1.
    case one = "One"
    /// 10.
    case ten = "Ten"
    /// 100.
    case hundred = "Hundred"
    /// 1,000.
    case thousand = "Thousand"
  }

  /// What an AOC-D adds up.
  public enum Total: String, ActionChoice {
    /// All so far.
    case total = "Total"
    /// What came since the last.
    case subTotal = "SubTotal"
  }

  /// How the call is billed. An AOC-D takes only the first three.
  public enum Billing: String, ActionChoice {
    /// As usual.
    case normal = "Normal"
    /// The called party pays.
    case reverseCharge = "ReverseCharge"
    /// By a credit card.
    case creditCard = "CreditCard"
    /// As a call that is always forwarded.
    case callForwardUnconditional = "CallFwdUnconditional"
    /// As a call that is forwarded when busy.
    case callForwardBusy = "CallFwdBusy"
    /// As a call that is forwarded when nobody answers.
    case callForwardNoReply = "CallFwdNoReply"
    /// As a call that is deflected.
    case callDeflection = "CallDeflection"
    /// As a call that is transferred.
    case callTransfer = "CallTransfer"
  }

  /// The channel; nil when `channelPrefix` says it.
  public var channel: String?
  /// The beginning of the channel's name; the first that matches is meant.
  public var channelPrefix: String?
  /// Whose charge it is.
  public var kind: Kind
  /// What is charged.
  public var charge: Charge
  /// What an AOC-D adds up.
  public var total: Total?
  /// How the call is billed.
  public var billing: Billing?
  /// A number that associates charges, -32768 to 32767.
  public var associationID: Int?
  /// A party's number that associates charges.
  public var associationNumber: String?
  /// Type and plan of that number: bits 7 to 1 of the octet of Q.931.
  public var associationPlan: Int?

  /// `charge` for `channel`, or for the first channel whose name begins with `channelPrefix`.
  public init(
    channel: String? = nil, channelPrefix: String? = nil, kind: Kind, charge: Charge,
    total: Total? = nil, billing: Billing? = nil, associationID: Int? = nil,
    associationNumber: String? = nil, associationPlan: Int? = nil
  ) {
    self.channel = channel
    self.channelPrefix = channelPrefix
    self.kind = kind
    self.charge = charge
    self.total = total
    self.billing = billing
    self.associationID = associationID
    self.associationNumber = associationNumber
    self.associationPlan = associationPlan
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "AOCMessage", "Sends an Advice of Charge to a channel.", since: "1.8",
    source: "main/manager.c, action_aocmessage; main/aoc.c", privileges: ["aoc"],
    parameters: [
      .optional("Channel", \.channel, "The channel."),
      .optional(
        "ChannelPrefix", \.channelPrefix,
        "The beginning of the channel's name; the first that matches is meant."),
      .required("MsgType", \.kind, "D: of a call that goes on; E: of a call that has ended."),
      .required(
        "ChargeType", { $0.chargeType }, "What kind of charge.",
        as: .choice(["NA", "Free", "Currency", "Unit"])),
      .indexed(
        "UnitAmount", { $0.units.map(\.amount) }, "How many units.", as: .integer(0 ... .max)),
      .indexed(
        "UnitType", { $0.units.map(\.type) }, "What the units are.", as: .integer(1 ... .max)),
      .optional("CurrencyName", { $0.currency?.name }, "The currency, cut to 10 characters."),
      .optional(
        "CurrencyAmount", { $0.currency?.amount }, "The amount.", as: .integer(0 ... .max)),
      .optional(
        "CurrencyMultiplier", { $0.currency?.multiplier }, "What the amount is multiplied with."),
      .optional("TotalType", \.total, "What an AOC-D adds up."),
      .optional("AOCBillingId", \.billing, "How it is billed; an AOC-D takes the first three."),
      .optional(
        "ChargingAssociationId", \.associationID, "A number that associates charges.",
        as: .integer(-32768...32767)),
      .optional(
        "ChargingAssociationNumber", \.associationNumber,
        "A party's number that associates charges."),
      .optional(
        "ChargingAssociationPlan", \.associationPlan,
        "Type and plan of that number, bits 7 to 1 of the octet of Q.931.",
        as: .integer(0...127)),
    ],
    rules: [
      .anyOf(["Channel", "ChannelPrefix"]),
      .when("ChargeType", is: "Currency", needs: ["CurrencyAmount", "CurrencyMultiplier"]),
      .when("ChargeType", is: "Unit", needs: ["UnitAmount"]),
    ],
    notes: "Only technologies with AOC do something with it; no event follows.")

  private var chargeType: String {
    switch charge {
    case .notAvailable: "NA"
    case .free: "Free"
    case .currency: "Currency"
    case .units: "Unit"
    }
  }

  private var units: [Unit] { if case .units(let units) = charge { units } else { [] } }

  private var currency: (name: String?, amount: Int, multiplier: Multiplier)? {
    guard case .currency(let name, let amount, let multiplier) = charge else { return nil }
    return (name, amount, multiplier)
  }
}
