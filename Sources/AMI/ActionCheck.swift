extension ActionDescription {
  /// The request to send with `fields`, names and words in Asterisk's spelling, and the standard
  /// of each parameter that has one and is not given.
  ///
  /// Throws ``ActionError`` with the field's name when this action has no such field, a field is
  /// missing, stands twice, or has a value that Asterisk would not take; and all that
  /// ``Action/encoded()`` throws but for what the connection adds.
  public func action(_ fields: [Action.Field]) throws(ActionError) -> Action {
    var checked: [Action.Field] = []
    for field in fields { checked.append(try check(field)) }
    try checkRepetitions(checked)
    addStandards(to: &checked)
    for parameter in parameters where parameter.isRequired {
      guard checked.contains(where: { $0.name == parameter.name && !$0.value.isEmpty }) else {
        throw ActionError(.missing, header: parameter.name)
      }
    }
    for rule in rules { try check(rule, checked) }
    let action = Action(name, checked)
    _ = try action.encoded()
    return action
  }

  /// `field` in Asterisk's spelling.
  private func check(_ field: Action.Field) throws(ActionError) -> Action.Field {
    guard let parameter = parameter(named: field.name) else {
      // Names that cannot be headers at all have an error of their own.
      _ = try Action(name, [field]).encoded()
      let nearest = Spelling.nearest(to: Self.split(field.name).name, among: parameters.map(\.name))
      throw ActionError(.unknownField(of: name, nearest: nearest), header: field.name)
    }
    let index = Self.split(field.name).index
    let header =
      parameter.isIndexed ? "\(parameter.name)(\(index ?? 0))" : parameter.name
    _ = try Action(name, [.init(header, field.value)]).encoded()
    // An empty value is as good as none to Asterisk.
    guard !field.value.isEmpty else { return .init(header, "") }
    guard let value = parameter.kind.normalized(field.value) else {
      throw ActionError(.unfitValue(parameter.kind), header: header)
    }
    return .init(header, value)
  }

  /// Adds what Asterisk must be told although it can only be one thing.
  private func addStandards(to fields: inout [Action.Field]) {
    for parameter in parameters {
      guard let standard = parameter.standard else { continue }
      // An empty value is as good as none to Asterisk.
      fields.removeAll { $0.name == parameter.name && $0.value.isEmpty }
      guard !fields.contains(where: { $0.name == parameter.name }) else { continue }
      fields.append(.init(parameter.name, standard))
    }
  }

  private func checkRepetitions(_ fields: [Action.Field]) throws(ActionError) {
    var seen: Set<String> = []
    for field in fields where !seen.insert(field.name).inserted {
      guard parameter(named: field.name)?.isRepeated == true else {
        throw ActionError(.repeated, header: field.name)
      }
    }
  }

  private func check(_ rule: Rule, _ fields: [Action.Field]) throws(ActionError) {
    func has(_ name: String) -> Bool {
      fields.contains {
        !$0.value.isEmpty && ($0.name == name || $0.name == "\(name)(0)")
      }
    }
    switch rule {
    case .anyOf(let names):
      guard names.contains(where: has) else {
        throw ActionError(.noneOf(names), header: nil)
      }
    case .oneOf(let names):
      let given = names.filter(has)
      guard !given.isEmpty else { throw ActionError(.noneOf(names), header: nil) }
      guard given.count == 1 else { throw ActionError(.notTogether(names), header: given[1]) }
    case .together(let names):
      guard names.contains(where: has) else { return }
      try demand(names, by: names.first(where: has)!, has)
    case .with(let name, let others):
      if has(name) { try demand(others, by: name, has) }
    case .when(let name, let value, let others):
      let isMeant = fields.contains { $0.name == name && $0.value == value }
      if isMeant { try demand(others, by: "\(name) \(value)", has) }
    }
  }

  private func demand(
    _ names: [String], by cause: String, _ has: (String) -> Bool
  ) throws(ActionError) {
    guard let missing = names.first(where: { !has($0) }) else { return }
    throw ActionError(.missingWith(cause), header: missing)
  }
}

/// Names that somebody may have meant.
enum Spelling {
  /// The most names to propose.
  static let proposalsMax = 3

  /// Those of `names` that differ least from `name`, without case; none that differs in more than
  /// a third of its letters, but for those that begin with it.
  static func nearest(to name: String, among names: [String]) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    guard !wanted.isEmpty else { return [] }
    let ranked = names.compactMap { candidate -> (distance: Int, name: String)? in
      let letters = Array(candidate.lowercased().utf8)
      let distance = distance(wanted, letters)
      let isNear = distance * 3 <= max(wanted.count, letters.count)
      return isNear || letters.starts(with: wanted) ? (distance, candidate) : nil
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(proposalsMax).map(\.name)
  }

  /// How many letters must be put in, taken out or changed.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, candidate) in other.enumerated() {
        let change = diagonal + (letter == candidate ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[other.count]
  }
}
