import Support
import Testing

/// What must hold of the tree as such, whatever the programs do.
@Suite struct TidyTests {
  /// Lines in a file of Sources, at most.
  static let linesMax = 400
  /// Columns in a line.
  static let columnsMax = 100

  @Test func `the tree is found`() {
    #expect(Tree.sources.count > 50)
    #expect(Tree.has("Package.swift"))
    #expect(Tree.files.contains { $0.path == "README.md" })
  }

  @Test func `no source is longer than a reader's patience`() {
    for file in Tree.sources {
      #expect(file.lines.count <= Self.linesMax, "\(file): take a noun out of it")
    }
  }

  /// The row of a table in a comment cannot be broken, nor can a parameter of a report; a text
  /// should not be.
  @Test func `lines are within 100 columns, but for texts and the rows of tables`() {
    for file in Tree.sources + Tree.files(in: "queries") {
      for (number, line) in file.lines.enumerated() where line.count > Self.columnsMax {
        let bare = line.drop { $0 == " " || $0 == "/" }
        #expect(
          bare.hasPrefix("|") || line.hasPrefix("-- :")
            || line.prefix(Self.columnsMax).contains("\""),
          "\(file):\(number + 1) has \(line.count) columns")
      }
    }
  }

  @Test func `nothing is left to be done or mended`() {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
    for file in Tree.files {
      let text = file.text
      for mark in marks where text.contains(mark) {
        Issue.record("\(file) has a \(mark): do it, or open an issue")
      }
    }
  }

  private static var date: Regex<Substring> {
    #/\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2}|\d{1,2}\.\d{1,2}\.\d{4}/#
  }

  @Test func `a source begins with what it is, not with who wrote it and when`() throws {
    for file in Tree.sources {
      let first = try #require(file.lines.first)
      #expect(
        ["import ", "public import ", "/// ", "// ", "@", "extension ", "enum ", "struct "]
          .contains { first.hasPrefix($0) }, "\(file): \(first)")
      for line in file.lines.prefix(10) where line.hasPrefix("//") {
        #expect(
          !line.contains("Created by") && !line.contains("Copyright") && !line.contains("====")
            && line.firstMatch(of: Self.date) == nil,
          "\(file): \(line)")
      }
    }
  }

  @Test func `names say what a thing is`() {
    let declaration =
      #/\b(?:struct|class|enum|actor|protocol|typealias) (\w*(?:Manager|Helpers?|Utils?))\b/#
    for file in Tree.sources {
      for match in file.text.matches(of: declaration) {
        Issue.record("\(file): \(match.1) says nothing; what is it?")
      }
    }
  }

  @Test func `a file is named after what stands in it`() {
    for file in Tree.sources {
      let name = file.name.dropLast(".swift".count)
      #expect(name.first?.isUppercase == true, "\(file)")
      for ending in ["Manager", "Helper", "Helpers", "Util", "Utils"] {
        #expect(!name.hasSuffix(ending), "\(file)")
      }
    }
  }

  @Test func `no file knows the machine that it was written on`() {
    let places = ["/wo" + "rk/", "/ro" + "ot/", "/opt/sw" + "ift", ".." + "/shared"]
    for file in Tree.files {
      let text = file.text
      for place in places where text.contains(place) {
        Issue.record("\(file) names \(place)")
      }
    }
  }
}
