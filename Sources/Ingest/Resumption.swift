import Normalization
import Store

extension Normalizer {
  /// A normalizer that goes on where the store was left, or begins where it never was.
  ///
  /// - Throws: `IngestError` when the state that is saved there cannot be read.
  init(
    server: Int64, options: Options, after position: Store.Position?, with ledger: inout Ledger,
    of store: Store
  ) throws {
    guard let position else {
      self.init(server: server, options: options)
      return
    }
    guard
      let restored = Normalizer(
        server: server, options: options, restoring: position.state, with: &ledger)
    else { throw IngestError.stateUnreadable(store.path) }
    self = restored
  }
}
